#!/bin/sh
# What only CircleCI does; templates/shell/gate.sh follows. The parameters came in as variables.
set -eu

# The parameter of a secret is the name of a variable that holds it.
for parameter in $(env | sed -n 's/^\(NAME_OF_INPUT_[A-Z0-9]*\)=.*/\1/p'); do
  name=
  eval "name=\${$parameter-}"
  case $name in
    '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;;
  esac
  eval "export ${parameter#NAME_OF_}=\"\${$name-}\""
done

# CircleCI writes a boolean as 1 or 0. A variable that the user has set is never hidden.
case ${IS_ROLLBACK:-} in
  1 | true) export ROLLBACK=true ;;
esac


export const id="commands-init";export const ids=["commands-init","commands-validate"];export const modules={18906:(e,t,o)=>{o.r(t),o.d(t,{init:()=>ov});var r=o(87175),n=o(16341),a=o(31085),s=o(88402),i=o(85541),l=o(36192),h=o(9261),c=o(87700),u=o(15240),p=o(61215),d=o(50444);let f=/^ssh:\/\/(?:[\w.-]+@)?[\w.-]+(?::\d+)?$/;function m({platform:e,dockerHost:t}){return"compose"===e&&void 0===t}function b(e,{usual:t,placeholder:o}){return m(e)?e.runner??t??o:void 0}function g(e,t){let o=void 0===t?void 0:b(e,t);return void 0===t||void 0===o||o===t.placeholder?[]:[`Every job here runs on the machine of the Docker engine: make sure that a runner there has the ${t.noun} ${o}. An engine on another machine: run \`init\` with DOCKER_HOST=ssh://user@host.`]}var w=o(38815);function y({texts:e},t){return[...e.has("kubernetes-namespace")?["# The namespace stands in rollgate.yml, and nowhere else.","NAMESPACE=$(awk -F'[: \"]+' '$1 == \"kubernetes-namespace\" { print $2 }' rollgate.yml)","export NAMESPACE"]:[],`./scripts/deploy.sh "${t}"`]}function k(e,t){return e.map(e=>""===e?"\n":`${" ".repeat(t)}${e}
`).join("")}function $(e,t){return 1===e.length?e.join(""):`|
${k(e,t).trimEnd()}`}var v=o(6189);let E="OWNER/rollgate",_="@owner/rollgate",S="OWNER",R="owner",O="ghcr.io/owner/rollgate",A="0.1.0",C="actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8 # v6.0.1",T={"azure-devops/script.yml":["# Runs only when it is started: by Rollgate, or by hand.","trigger: none","pr: none","","parameters:",'  - name: rollback # Rollgate sends "true"',"    type: boolean","    default: false","  - name: rollback_id # names this rollback; Rollgate finds its run again by it","    type: string","    default: none","  - name: version # the version to return to","    type: string","","stages:","  # Without the marker nothing is done.","  - ${{ if eq(parameters.rollback, true) }}:","      - stage: rollback","        jobs:","          - job: rollback","            # Less than `rollback-timeout`, so that the gate sees how it ends.","            timeoutInMinutes: 8","            pool:","              vmImage: ubuntu-latest","            steps:",'              - script: ./scripts/deploy.sh "$VERSION"',"                displayName: Deploy the version that ran before","                env:","                  VERSION: ${{ parameters.version }}",""],"circleci/script.yml":["version: 2.1","","parameters:","  rollback:","    description: Marks this pipeline as a rollback. Rollgate sends true.","    type: boolean","    default: false","  rollback_id:","    description: Names this rollback. Rollgate sends it.","    type: string","    default: ''","  version:","    description: The version to return to. Rollgate sends it.","    type: string","    default: ''","","workflows:","  rollback:","    when: << pipeline.parameters.rollback >>","    jobs:","      - rollback","","jobs:","  rollback:","    docker:","      - image: cimg/base:current","    environment:","      VERSION: << pipeline.parameters.version >>","    steps:","      - checkout","      - run:","          name: Deploy the version that ran before",'          command: ./scripts/deploy.sh "$VERSION"',""],"github/script.yml":["name: Rollback","# By this name Rollgate finds its run again when GitHub does not tell which one it is.","run-name: Rollback ${{ inputs.rollback_id }}","","on:","  workflow_dispatch:","    inputs:","      rollback:",'        description: Marks this run as a rollback. Rollgate sends "true".',"        type: string","        default: 'true'","      rollback_id:","        description: Names this rollback. Rollgate sends it; by hand it may stay empty.","        type: string","        default: ''","      rollback_target:",'        description: What is rolled back. Rollgate sends "default".',"        type: string","        default: ''","      version:","        description: The version to return to.","        type: string","        required: true","","permissions:","  contents: read","","# A group of its own. In that of the deploy it would wait for the gate, which waits for it.","concurrency:","  group: rollback-production","  cancel-in-progress: false","","jobs:","  rollback:","    runs-on: ubuntu-latest","    # Less than `rollback-timeout`, so that the gate sees how it ends.","    timeout-minutes: 8","    steps:","      - uses: actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8 # v6.0.1","        with:","          persist-credentials: false","","      - name: Deploy the version that ran before","        env:","          VERSION: ${{ inputs.version }}",'        run: ./scripts/deploy.sh "$VERSION"',""],"gitlab/script.yml":["rollback:","  stage: deploy","  # A group of its own: in that of the deploy it would wait for the pipeline that waits for it.","  resource_group: rollback","  rules:",'    - if: $ROLLBACK == "true"',"  # Less than `rollback-timeout`, so that the gate sees how it ends.","  timeout: 8 minutes","  script:","    # What the gate recorded before the deploy: the version that ran then.",'    - ./scripts/deploy.sh "$VERSION"',""],"jenkins/script.Jenkinsfile":["pipeline {","  // It needs an executor besides that of the gate, which holds its own while it waits.","  agent any","","  // Less than `rollback-timeout`, so that the gate sees how it ends.","  options { timeout(time: 8, unit: 'MINUTES') }","","  parameters {","    booleanParam(name: 'ROLLBACK', defaultValue: false, description: 'Marks this build as a rollback. Rollgate sends true.')","    string(name: 'ROLLBACK_ID', defaultValue: '', description: 'Names this rollback. Rollgate finds its build again by it.')","    string(name: 'VERSION', defaultValue: '', description: 'The version to return to.')","  }","","  stages {","    stage('Rollback') {","      // Without the marker nothing is done.","      when { expression { params.ROLLBACK } }","      steps {","        sh './scripts/deploy.sh \"$VERSION\"'","      }","    }","  }","}",""]},N="Marks this run as a rollback. Rollgate sends true.",x="The revision to return to: 12, or deployment/api=12 for each of several. Empty: the previous one.";function I(e){return`${e.head}name: Rollback
# By this name Rollgate finds its run again when GitHub does not tell which one it is.
run-name: Rollback $\{{ inputs.rollback_target }} $\{{ inputs.rollback_id }}

on:
  workflow_dispatch:
    inputs:
      rollback:
        description: ${N}
        type: boolean
        default: false
${j(e.parameters,6)}
permissions: {}
${e.env}
# A group of its own. In that of the deploy it would wait for the gate, which waits for it.
concurrency:
  group: rollback-production
  cancel-in-progress: false

jobs:
  rollback:
    # Without the marker nothing is done.
    if: inputs.rollback
    runs-on: ${e.runsOn}
    # Less than \`rollback-timeout\`, so that the gate sees how it ends.
    timeout-minutes: 8
    permissions:${e.permissions}
    steps:
${e.steps}`}function j(e,t){let o=" ".repeat(t);return e.map(([e,t])=>`${o}${e}:
${o}  description: '${t}'
${o}  type: string
${o}  default: ''
`).join("")}function L(e){return`${e.head}
# Rules of a workflow that .gitlab-ci.yml has replace these, and must let such a pipeline in.
workflow:
  # By this name Rollgate finds its pipeline again when the token may not read variables. Of others it is empty: they have none.
  name: $ROLLBACK_TITLE
  rules:
    - if: $ROLLBACK == "true"
      variables:
        ROLLBACK_TITLE: Rollback $ROLLBACK_TARGET $ROLLBACK_ID
    - when: always
${e.others}
rollback:
  stage: deploy
  image:
    name: ${e.image}
    entrypoint: ['']
${e.setUp}  # Without the marker it is in no pipeline.
  rules:
    - if: $ROLLBACK == "true"
  # A group of its own: in that of the deploy it would wait for the pipeline that waits for it.
  resource_group: rollback
  # Less than \`rollback-timeout\`, so that the gate sees how it ends.
  timeout: 8 minutes
  interruptible: false
  # A second try is for a person to decide.
  retry: 0
${e.work}`}function K(e){return`${e.head}# Runs only when it is started.
trigger: none
pr: none

# Of the environment of the rollback, which is none of the deploy's: in that it would wait for the gate, which waits for it.
lockBehavior: sequential

parameters:
  - name: rollback # ${N}
    type: boolean
    default: false
${e.parameters.map(([e,t])=>`  - name: ${e} # ${t}
    type: string
    default: none
`).join("")}${e.variables}
stages:
  # Without the marker nothing is done.
  - $\{{ if eq(parameters.rollback, true) }}:
      - stage: rollback
        jobs:
          - deployment: rollback
            environment: rollback
            # Less than \`rollback-timeout\`, so that the gate sees how it ends.
            timeoutInMinutes: 8
            pool:
              ${e.pool}
            strategy:
              runOnce:
                deploy:
                  steps:
                    - checkout: ${e.checkout}
                    - download: none
${e.steps}`}function M(e){return`${e.head}  agent ${e.agent}

  options {
    // Less than \`rollback-timeout\`, so that the gate sees how it ends.
    timeout(time: 8, unit: 'MINUTES')
    // One after the other. Should this be the job of the deploy, they would wait for each other.
    disableConcurrentBuilds()
${e.options}  }

  parameters {
    booleanParam(name: 'ROLLBACK', defaultValue: false, description: '${N}')
${e.parameters.map(([e,t])=>`    ${"rollback_revision"===e?"text":"string"}(name: '${e.toUpperCase()}', defaultValue: '', description: '${t}')
`).join("")}  }

${e.environment}  stages {
    stage('Rollback') {
      // Without the marker nothing is done.
      when { expression { params.ROLLBACK } }
      steps {
${e.steps}      }
    }
  }
${e.post}}
`}function W(e,t){let o=T[`${e}/script.${t}`];if(void 0===o)throw Error(`there is no rollback pipeline for ${e}`);return o.join("\n")}function D({platform:e,texts:t},o){return[["command","rollback"],...0===(0,p.ry)(t.get("rollback")??"").filter(e=>"ci"!==e).length?[["rollback",e]]:[],["rollback-timeout","5m"],..."kubernetes"===e&&void 0!==o?[["kubernetes-revision",o]]:[]]}function H({platform:e}){return[["rollback_id","Names this rollback. Rollgate finds its run again by it; by hand it may stay empty."],["rollback_target",'What is rolled back. Rollgate sends "default", or the name of the target.'],..."kubernetes"===e?[["rollback_revision",x]]:[]]}let B="Made by `rollgate init`; it is yours now. What it rolls back stands in rollgate.yml.";function P(e){let t=(0,w.Tp)(e);return{parameters:G(t,"parameters"),jobs:G(t,"jobs")}}function G(e,t){let o=e.get(t);if(!(0,w.jh)(o))throw Error(`the rollback pipeline has no ${t}`);let r=(0,w.As)({[t]:o},{lineWidth:0,singleQuote:!0});return r.slice(r.indexOf("\n")+1)}let U={noun:"pool",usual:"Default",placeholder:"YOUR-POOL"},Y="rollback.yml",V={kubernetes:`      # So that kubectl finds the cluster; or the login that your provider has.
      - bash: |
          umask 077
          printf '%s\\n' "$KUBECONFIG_CONTENT" > "$(Agent.TempDirectory)/kubeconfig"
          echo "##vso[task.setvariable variable=KUBECONFIG]$(Agent.TempDirectory)/kubeconfig"
        displayName: Log in to the cluster
        env:
          KUBECONFIG_CONTENT: $(KUBECONFIG_CONTENT)

`,aws:`      # So that the aws program finds its credentials; or the login that you have.
      - bash: |
          umask 077
          printf '[default]\\naws_access_key_id = %s\\naws_secret_access_key = %s\\n' "$KEY_ID" "$KEY" > "$(Agent.TempDirectory)/aws"
          echo "##vso[task.setvariable variable=AWS_SHARED_CREDENTIALS_FILE]$(Agent.TempDirectory)/aws"
        displayName: Log in to AWS
        env:
          KEY_ID: $(AWS_ACCESS_KEY_ID)
          KEY: $(AWS_SECRET_ACCESS_KEY)

`,compose:`      # So that docker reaches the engine.
      - task: InstallSSHKey@0
        displayName: Log in to the machine of the engine
        inputs:
          knownHostsEntry: $(KNOWN_HOSTS)
          sshKeySecureFile: docker-host

`};function F(e){return m(e)?"":V[e.platform]??""}function z({dockerHost:e}){return void 0===e?"":`
variables:
  DOCKER_HOST: ${e} # the engine that deploy, snapshot, gate and rollback speak with
`}function J(e){let t=b(e,U);return void 0===t?"vmImage: ubuntu-latest":`name: ${t} # with an agent on the machine of the engine`}let Z=`      - bash: |
          # A script that fails must stop the job: within an echo its failure is lost.
          set -e
          version=$(./scripts/current-version.sh)
          echo "##vso[task.setvariable variable=previousVersion]$version"
        displayName: Ask which version runs now

`,q={kubernetes:["Store the kubeconfig of the cluster as the secret variable KUBECONFIG_CONTENT of every pipeline here."],aws:["Store AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as secret variables of the pipeline, and AWS_REGION as a plain one. An agent of your own needs the `aws` program; those of Microsoft have it."]};function X(e){let t=`${er(e)}
      # here your deploy

${en(e)}`;return{files:[{path:"azure-pipelines.yml",text:ea(e),what:"the pipeline: snapshot, preflight, deploy, gate",otherwise:t.split("\n").map(e=>e.replace(/^ {6}/,""))}],deploy:'Put your deploy into the step "Deploy" of azure-pipelines.yml.',next:[`Install the extension Rollgate of the publisher ${S}, or have an administrator do it (docs/azure-devops.md shows how to do without).`,...q[e.platform]??[],...void 0===e.dockerHost?[]:[`Upload the private key that may log in to ${e.dockerHost} as the secure file docker-host (Pipelines → Library), and store the line of that machine for known_hosts as the variable KNOWN_HOSTS of every pipeline here.`]]}}function Q(e,t){let o=t.texts.get("azure-pipeline")??"Rollback";return{file:{path:Y,text:"script"===e?W("azure-devops","yml"):eo(t),what:"the pipeline that rolls a version back"},variables:["AZURE_DEVOPS_ORG","AZURE_DEVOPS_PROJECT","AZURE_DEVOPS_PAT"],inputs:[["azure-pipeline","Rollback"]],next:[`Make a pipeline of the file ${Y} (New pipeline → Existing Azure Pipelines YAML file), name it ${o}, and let the build service queue, view and stop builds of it (Manage security).`,"Run the rollback pipeline once by hand: the first run asks for permissions. The token of the job is enough to start it: no secret is needed for that."]}}let ee=`Rollgate@${A.split(".")[0]??"0"}`,et="          rollbackParameters: version=$(previousVersion)\n";function eo(e){let t="${{ parameters.rollback_revision }}",o=D(e,t).flatMap(([e,o])=>o===t?["${{ if ne(parameters.rollback_revision, 'none') }}:",`  ${(0,v.yp)(e)}: ${o}`]:[`${(0,v.yp)(e)}: ${o}`]);return K({head:`# ${B}
`,parameters:H(e),variables:z(e),pool:J(e),checkout:"self",steps:`
${F(e).replace(/^(?=.)/gm," ".repeat(14))}                    - task: ${ee}
                      displayName: Roll it back, and prove it
                      inputs:
${k(o,24)}                      env:
                        ROLLBACK: 'true' # the marker: it starts no other rollback
`})}function er(e){let t="script"===e.template;return`${F(e)}${t?Z:""}      - task: ${ee}
        displayName: Record what runs now
        inputs:
          command: snapshot

      - task: ${ee}
        displayName: Make sure that a rollback would work
        inputs:
          command: preflight
${t?et:""}`}function en({template:e}){return`      - task: ${ee}
        name: gate
        displayName: Watch, and roll back when it is bad
${"script"===e?`        inputs:
${et}`:""}
      - task: PublishTestResults@2
        condition: always()
        inputs:
          testResultsFiles: rollgate-report/junit.xml
          testRunTitle: Rollgate

      - publish: rollgate-report
        condition: always()
        displayName: Keep the report
`}function ea(e){return`# Made by \`rollgate init\`; it is yours now.
trigger:
  branches:
    include:
      - '${e.branch}'
pr: none
${z(e)}
jobs:
  - job: deploy
    # With the defaults, watch, rollback and confirmation take at most 23 minutes.
    timeoutInMinutes: 30
    pool:
      ${J(e)}
    steps:
${er(e)}
      # Yours: whatever deploys the commit.
      - script: ${$(y(e,"$(Build.SourceVersion)"),10)}
        displayName: Deploy

${en(e)}`}let es={noun:"resource class",placeholder:"your-namespace/your-runner"},ei={kubernetes:`
      # So that kubectl finds the cluster; or the login that your provider has.
      - run:
          name: Log in to the cluster
          command: |
            umask 077
            printf '%s\\n' "$KUBECONFIG_CONTENT" > "$HOME/kubeconfig"
            echo 'export KUBECONFIG="$HOME/kubeconfig"' >> "$BASH_ENV"`,compose:`
      # So that docker reaches the engine.
      - add_ssh_keys
      - run:
          name: Know the machine of the engine
          command: printf '%s\\n' "$KNOWN_HOSTS" >> ~/.ssh/known_hosts`};function el(e){return m(e)?"":ei[e.platform]??""}let eh=`
      - run:
          name: Ask which version runs now
          command: |
            # Two lines: a script that fails must stop the job, and within an echo its failure is lost.
            version=$(./scripts/current-version.sh)
            echo "export ROLLGATE_ROLLBACK_PARAMETERS='version=$version'" >> "$BASH_ENV"`;function ec(e){let t=b(e,es);return void 0!==t?`    machine: true
    resource_class: ${t} # of the runner on the machine of the engine
`:"aws"===e.platform?`    executor:
      name: rollgate/default
      image: registry.example.com/aws-node # yours, with the aws program and Node 20 or newer
`:`    executor: rollgate/default
`}let eu={kubernetes:["Put the kubeconfig of the cluster into this context, as KUBECONFIG_CONTENT."],aws:["Put AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION into this context.","Name an image with the `aws` program and Node 20 or newer in .circleci/config.yml: the release image of Rollgate has no `aws`."]};function ep(e){let t=ew(e);return{files:[{path:".circleci/config.yml",text:t,what:`the pipeline: snapshot, preflight, deploy, gate${void 0===e.template?"":"; and the rollback"}`,otherwise:["# the parts of this that you lack; the steps belong around your own deploy",...t.split("\n").slice(1,-1)]}],deploy:'Put your deploy into the step "Deploy" of the job "deploy".',next:["Make a context named rollgate (Organization Settings → Contexts): its variables are what the jobs know.",...eu[e.platform]??[],...void 0===e.dockerHost?[]:[`Give the project the private key that may log in to ${e.dockerHost} (Project Settings → SSH Keys), and put the line of that machine for known_hosts into this context, as KNOWN_HOSTS.`]]}}function ed(){return{variables:["CIRCLE_PROJECT_SLUG","CIRCLE_TOKEN"],next:["Make a personal API token, best of a user made for it, and put it into this context as CIRCLE_TOKEN.","Try the rollback by hand: Trigger Pipeline, with the parameter rollback set to true."]}}function ef(e){let{template:t}=e;if(void 0===t)return{parameters:"",unless:"",workflow:"",watch:"rollgate/gate # Watch, and roll back when it is bad",jobs:""};let o="script"===t?P(W("circleci","yml")):{parameters:em(e),jobs:eb(e)};return{parameters:`parameters:
${o.parameters}
`,unless:`    # Without this line a rollback would build and deploy again. Every other workflow of yours needs it, too.
    unless: << pipeline.parameters.rollback >>
`,workflow:`
  rollback:
    when: << pipeline.parameters.rollback >>
    jobs:
      - rollback:
          context: rollgate
          # A group of its own: in that of the deploy it would wait for the gate, which waits for it.
          serial-group: << pipeline.project.slug >>/rollback
`,watch:`rollgate/gate: # Watch, and roll back when it is bad
          is-rollback: << pipeline.parameters.rollback >>`,jobs:`
${o.jobs}`}}function em({platform:e}){return`  rollback:
    description: ${N}
    type: boolean
    default: false
${j("kubernetes"===e?[["rollback_revision",x]]:[],2)}`}function eb(e){let t=[...D(e,"<< pipeline.parameters.rollback_revision >>"),["is-rollback","<< pipeline.parameters.rollback >>"]];return`  rollback:
${ec(e)}${void 0===e.dockerHost?"":"    environment: *engine\n"}    steps:
      - checkout${el(e)}
      - rollgate/gate: # Roll it back, and prove it
${k(t.map(([e,t])=>`${e}: ${t}`),10)}      - store_artifacts:
          path: rollgate-report
`}function eg({dockerHost:e}){return void 0===e?"":`    environment: &engine
      DOCKER_HOST: ${e} # the engine that deploy, snapshot, gate and rollback speak with
`}function ew(e){let{template:t,branch:o}=e,r=ef(e);return`# Made by \`rollgate init\`; it is yours now.
version: 2.1

orbs:
  rollgate: ${R}/rollgate@${A}

${r.parameters}workflows:
  deploy:
${r.unless}    jobs:
      - deploy:
          context: rollgate
          filters:
            branches:
              only: ['${o}']
${r.workflow}
jobs:
  deploy:
${ec(e)}${eg(e)}    steps:
      - checkout${el(e)}${"script"===t?eh:""}
      - rollgate/gate: # Record what runs now
          command: snapshot
      - rollgate/gate: # Make sure that a rollback would work
          command: preflight
      # Yours: whatever deploys the commit.
      - run:
          name: Deploy
          command: ${$(y(e,"$CIRCLE_SHA1"),12)}
      - ${r.watch}
      - store_artifacts:
          path: rollgate-report
      - store_test_results:
          path: rollgate-report
${r.jobs}`}let ey={noun:"label",usual:"self-hosted",placeholder:"YOUR-RUNNER"},ek={kubernetes:`
      # So that kubectl finds the cluster; or the login that your provider has.
      - name: Log in to the cluster
        env:
          KUBECONFIG_TEXT: $\{{ secrets.KUBECONFIG }}
        run: |
          umask 077
          printf '%s\\n' "$KUBECONFIG_TEXT" > "$RUNNER_TEMP/kubeconfig"
          echo "KUBECONFIG=$RUNNER_TEMP/kubeconfig" >> "$GITHUB_ENV"
`,compose:`
      # So that docker reaches the engine.
      - name: Log in to the machine of the engine
        env:
          DEPLOY_KEY: $\{{ secrets.DEPLOY_KEY }}
          KNOWN_HOSTS: $\{{ vars.KNOWN_HOSTS }}
        run: |
          install -d -m 700 ~/.ssh
          (umask 077 && printf '%s\\n' "$DEPLOY_KEY" > ~/.ssh/id_ed25519)
          printf '%s\\n' "$KNOWN_HOSTS" >> ~/.ssh/known_hosts
`};function e$(e,t){return"aws"===e.platform?eA(t):m(e)?"":ek[e.platform]??""}function ev({dockerHost:e}){return void 0===e?"":`
env:
  DOCKER_HOST: ${e} # the engine that deploy, snapshot, gate and rollback speak with
`}let eE=`
      - name: Ask which version runs now
        id: before
        # Two lines: a script that fails must stop the job, and within an echo its failure is lost.
        run: |
          version=$(./scripts/current-version.sh)
          echo "version=$version" >> "$GITHUB_OUTPUT"
`,e_={kubernetes:["Store the kubeconfig of the cluster as the secret KUBECONFIG (Settings → Secrets and variables → Actions)."],aws:["Make a role that the jobs of this repository may assume by OpenID Connect, and store the variables AWS_ROLE_ARN and AWS_REGION (Settings → Secrets and variables → Actions → Variables): no secret is needed for that. A runner of your own needs the `aws` program; those of GitHub have it."]};function eS(e){return{files:[{path:".github/workflows/deploy-gate.yml",text:eT(e,{action:`${E}@v${A}`,checkout:C,keepsReport:!0,hasOpenId:!0,runsOn:b(e,ey)}),what:"the workflow: snapshot, preflight, deploy, gate"}],deploy:'Put your deploy into the step "Deploy" of .github/workflows/deploy-gate.yml. If another workflow deploys already, move the steps around it there.',next:[...e_[e.platform]??[],...eR(e,"Settings → Secrets and variables → Actions")]}}function eR({dockerHost:e},t){return void 0===e?[]:[`Store the private key that may log in to ${e} as the secret DEPLOY_KEY, and the line of that machine for known_hosts as the variable KNOWN_HOSTS (${t}).`]}function eO(e,t){return{file:{path:".github/workflows/rollback.yml",text:eN(e,t,{action:`${E}@v${A}`,runsOn:b(t,ey)}),what:"the workflow that rolls a version back"},variables:["GITHUB_REPOSITORY","GITHUB_TOKEN"],next:["Push both workflows to the default branch, and try the rollback by hand (Actions → Rollback → Run workflow). The token of the job is enough to start it: no secret is needed for that."]}}function eA(e){return`
      - name: Log in to AWS
        uses: aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3
        with:
${[...e?["role-to-assume: ${{ vars.AWS_ROLE_ARN }}"]:["aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}","aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}"],"aws-region: ${{ vars.AWS_REGION }}"].map(e=>`          ${e}
`).join("")}`}function eC({template:e,platform:t},o){return[...void 0===e?["contents: read # check out"]:["actions: write # start the rollback workflow and follow it","contents: read # check out, and read which inputs that workflow declares"],..."aws"===t&&o?["id-token: write # log in to AWS"]:[]].map(e=>`      ${e}
`).join("")}function eT(e,{action:t,checkout:o,keepsReport:r,hasOpenId:n,runsOn:a}){let{template:s,branch:i}=e,l="          rollback-parameters: version=${{ steps.before.outputs.version }}\n",h="script"===s,c=h?`        with:
${l}`:"";return`# Made by \`rollgate init\`; it is yours now.
name: Deploy with gate

on:
  push:
    branches: ['${i}']

permissions: {}
${ev(e)}
# One deploy at a time.${void 0===s?"":" The rollback workflow has a group of its own: in this one it would wait for us."}
concurrency:
  group: deploy-production
  cancel-in-progress: false

jobs:
  deploy:
    runs-on: ${a??"ubuntu-latest"}
    # With the defaults, watch, rollback and confirmation take at most 23 minutes.
    timeout-minutes: 30
    permissions:
${eC(e,n)}    steps:
      - uses: ${o}
        with:
          persist-credentials: false
${e$(e,n)}${h?eE:""}
      - name: Record what runs now
        uses: ${t}
        with:
          command: snapshot

      - name: Make sure that a rollback would work
        uses: ${t}
        with:
          command: preflight
${h?l:""}
      # Yours: whatever deploys the commit.
      - name: Deploy
        run: ${$(y(e,"$GITHUB_SHA"),10)}

      - name: Watch, and roll back when it is bad
        uses: ${t}
${c}${r?ex:""}`}function eN(e,t,{action:o,runsOn:r}){if("script"===e)return W("github","yml");let n=D(t,"${{ inputs.rollback_revision }}");return I({head:`# ${B}
`,parameters:H(t),env:ev(t),runsOn:r??"ubuntu-latest",permissions:`
      contents: read # check out`,steps:`      - uses: ${C}
        with:
          persist-credentials: false
${e$(t,!1)}
      - name: Roll it back, and prove it
        uses: ${o}
        with:
${k(n.map(([e,t])=>`${e}: ${t}`),10)}        env:
          ROLLBACK: 'true' # the marker: it starts no other rollback
`})}let ex=`
      - name: Keep the report
        if: always()
        uses: actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0
        with:
          name: rollgate-report
          path: rollgate-report/
          if-no-files-found: ignore
`,eI={noun:"label",placeholder:"YOUR-RUNNER"},ej={id:"gitea",pipelines:[".gitea/workflows"],servers:/(^|\.)gitea\./,...eM({name:"Gitea",folder:".gitea/workflows"})},eL={id:"forgejo",pipelines:[".forgejo/workflows"],servers:/(^|\.)forgejo\.|(^|\.)codeberg\.org$/,...eM({name:"Forgejo",folder:".forgejo/workflows"})},eK={kubernetes:["Store the kubeconfig of the cluster as the secret KUBECONFIG (Settings → Actions → Secrets)."],aws:["Store AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as secrets, and AWS_REGION as a variable (Settings → Actions). The job needs an image with the `aws` program; the usual ones of the runner have none."]};function eM({name:e,folder:t}){let o=o=>o.replaceAll(".github/workflows",t).replaceAll("when GitHub does not tell",`when ${e} does not tell`).replace(/uses: (?=[\w-]+\/)/g,"uses: https://github.com/"),r=`${E}@v${A}`;return{runner:eI,plan:e=>({files:[{path:`${t}/deploy-gate.yml`,text:o(eT(e,{action:r,checkout:C,keepsReport:!1,hasOpenId:!1,runsOn:b(e,eI)})),what:"the workflow: snapshot, preflight, deploy, gate"}],deploy:`Put your deploy into the step "Deploy" of ${t}/deploy-gate.yml, and a label of your runners into every runs-on. If another workflow deploys already, move the steps around it there.`,next:[`Where there is ${t}, workflows in other folders are not looked at: move them there too.`,"The report is in rollgate-report/ of the job. Keep it with the action for artifacts that your server has.",...eK[e.platform]??[],...eR(e,"Settings → Actions")]}),rollback:(e,n)=>({file:{path:`${t}/rollback.yml`,text:o(eN(e,n,{action:r,runsOn:b(n,eI)})),what:"the workflow that rolls a version back"},variables:["ROLLGATE_GITEA_URL","ROLLGATE_GITEA_REPOSITORY","GITEA_TOKEN"],next:["Push both workflows to the default branch, and try the rollback by hand (Actions → Rollback → Run workflow). The token of the job is enough to start it, if the repository lets it write (Settings → Actions → General)."]})}}let eW={noun:"tag",placeholder:"YOUR-RUNNER"},eD=".gitlab/rollgate.yml",eH=".gitlab/rollback.yml",eB=['- if: $ROLLBACK == "true"',"  when: never"],eP={kubernetes:["Store the kubeconfig of the cluster as the variable KUBECONFIG, of the type File (Settings → CI/CD → Variables)."],aws:["Store AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (both masked) and AWS_REGION as variables (Settings → CI/CD → Variables).",`Name an image with the \`aws\` program and Node 20 or newer in ${eD}: the release image of Rollgate has no \`aws\`.`]};function eG(e){let t=void 0!==e.template,o=["include:",...[eD,...t?[eH]:[]].map(e=>`  - local: ${e}`)];return{files:[{path:".gitlab-ci.yml",text:eF(o,e),what:"the pipeline: before, preflight, deploy, watch",otherwise:["stages: [before, preflight, deploy, watch] # besides your own","",...o,...t?["","# and to every job of yours, so that a rollback does not build and deploy again:","rules:",...eB.map(e=>`  ${e}`)]:[],...0===eY(e).length?[]:["","# and to the job that deploys:",...eY(e)]]},{path:eD,text:ez(e),what:"snapshot, preflight and gate: the jobs around the deploy"}],deploy:'Put your deploy into the job "release" of .gitlab-ci.yml.',next:[...eP[e.platform]??[],...void 0===e.dockerHost?[]:[`Store the private key that may log in to ${e.dockerHost} as the variable DEPLOY_KEY, and the line of that machine for known_hosts as KNOWN_HOSTS, both of the type File (Settings → CI/CD → Variables).`],`The component is found on the same GitLab only: mirror https://github.com/${E} as ${E}, or name the file by \`include: remote\` (docs/gitlab.md, "Without a mirror").`]}}function eU(e,t){return{file:{path:eH,text:"script"===e?W("gitlab","yml"):eV(t),what:"the job that rolls a version back"},variables:["CI_PROJECT_ID","GITLAB_TOKEN"],inputs:[["gitlab-rollback-jobs","rollback"]],next:["Make a project access token with the role Developer and the scope api, and store it as the masked variable GITLAB_TOKEN (Settings → CI/CD → Variables).","Try the rollback by hand: Run pipeline, with the variable ROLLBACK = true."]}}function eY(e){let t=b(e,eW);return void 0!==t?[`tags: [${t}] # of the runner on the machine of the engine`]:void 0===e.dockerHost?[]:["before_script: !reference [.engine, before_script]"]}function eV(e){let[,...t]=D(e,"${ROLLBACK_REVISION:-}"),o=t.map(([e,t])=>` --${e} ${t.includes("$")?`"${t}"`:t}`);return L({head:`# ${B}
`,others:"",image:`${O}:${A}`,setUp:k(eY(e),2),work:`  script:
    - rollgate rollback${o.join("")}
  artifacts:
    when: always
    paths: [rollgate-report]
`})}function eF(e,t){let o=void 0!==t.template,r=["# Without these lines a rollback would deploy again. Every other job of yours needs them, too.",...eB];return`# Made by \`rollgate init\`; it is yours now.
stages: [before, preflight, deploy, watch]

${e.join("\n")}

# Yours: whatever deploys the commit.
release:
  stage: deploy
  resource_group: production
${k(eY(t),2)}  rules:
${o?r.map(e=>`    ${e}
`).join(""):""}    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - ${$(y(t,"$CI_COMMIT_SHA"),6)}
`}function ez(e){let{platform:t,template:o}=e,r=`$CI_SERVER_FQDN/${E}/rollgate@${A}`,n=(e,o,n)=>[`  - component: ${r}`,"    inputs:",`      job-name: ${e}`,`      stage: ${o}`,...void 0===n?[]:[`      command: ${n}`],..."aws"===t?["      image: registry.example.com/aws-node # yours, with the aws program and Node 20 or newer"]:[],"      if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"].join("\n");return`# Made by \`rollgate init\`: the jobs before and after the deploy.${void 0===o?"":" Its jobs are in no rollback pipeline."}
include:
  # Record what runs now.
${n("snapshot","before","snapshot")}
  # Make sure that a rollback would work: a stage of its own, so that it knows the snapshot.
${n("preflight","preflight","preflight")}
  # Watch, and roll back when it is bad.
${n("gate","watch")}
${"script"===o?eZ:""}${eJ(e)}`}function eJ(e){let t=eY(e);if(0===t.length)return"";let o=["snapshot","preflight","gate"].map(e=>`${e}:
${k(t,2)}`).join("");return void 0===e.dockerHost?`
${o}`:`
variables:
  DOCKER_HOST: ${e.dockerHost} # the engine that deploy, snapshot, gate and rollback speak with

# So that docker reaches it.
.engine:
  before_script:
    - eval "$(ssh-agent -s)"
    - chmod 600 "$DEPLOY_KEY"
    - ssh-add "$DEPLOY_KEY"
    - mkdir -p ~/.ssh
    - cat "$KNOWN_HOSTS" >> ~/.ssh/known_hosts

${o}`}let eZ=`
ask:
  stage: before
  rules:
    - if: $ROLLBACK == "true"
      when: never
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    # What the rollback is to return to; the gate finds it under this name.
    # Two lines: a script that fails must stop the job, and within an echo its failure is lost.
    - version=$(./scripts/current-version.sh)
    - echo "ROLLGATE_ROLLBACK_PARAMETERS=VERSION=$version" > before.env
  artifacts:
    reports:
      dotenv: before.env
`,eq={noun:"label",placeholder:"YOUR-AGENT"},eX="Jenkinsfile.rollback";function eQ({platform:e,dockerHost:t}){return void 0!==t?`  environment {
    // The engine that deploy, snapshot, gate and rollback speak with.
    DOCKER_HOST = '${t}'
  }

`:"aws"===e?`  environment {
    // Or the role of the agent.
    AWS_ACCESS_KEY_ID = credentials('aws-access-key-id')
    AWS_SECRET_ACCESS_KEY = credentials('aws-secret-access-key')
    AWS_REGION = 'eu-west-1' // where it is deployed
  }

`:""}function e0(e){let t=b(e,eq);return void 0===t?"any":`{ label '${t}' } // on the machine of the engine`}function e1(e,{dockerHost:t}){return void 0===t?e:["        sshagent(credentials: ['docker-host']) {",...e.split("\n").map(e=>""===e?"":`  ${e}`),"        }"].join("\n")}let e8={kubernetes:["Keep the kubeconfig of the cluster as a Secret file with the id kubeconfig."],aws:["Keep the access key as two credentials of the kind Secret text, with the ids aws-access-key-id and aws-secret-access-key, and change AWS_REGION in the Jenkinsfile. The agent needs the `aws` program."]};function e2(e){let t=eQ(e).trimEnd(),o=""===t?[]:t.split("\n");return{files:[{path:"Jenkinsfile",text:to(e),what:"the pipeline: snapshot, preflight, deploy, gate",otherwise:["@Library('rollgate@v"+A+"') _","",...0===o.length?[]:[...o.map(e=>e.slice(2)),""],"// in a stage before the deploy",...e5(e4(e)),"","// in a stage behind it",...e5(e9(e))]}],deploy:'Put your deploy into the stage "Deploy" of the Jenkinsfile.',next:[`Add the library (Manage Jenkins → System → Global Trusted Pipeline Libraries): name rollgate, retrieval Modern SCM from https://github.com/${E}.git, library path templates/jenkins/. The agent needs Node 20 or newer.`,...e8[e.platform]??[],...void 0===e.dockerHost?[]:[`Install the plugin SSH Agent, and keep the private key that may log in to ${e.dockerHost} as "SSH Username with private key", with the ID "docker-host". The known_hosts of the agents needs the line of that machine.`]]}}function e3(e,t){let o=t.texts.get("jenkins-job")??"rollback";return{file:{path:eX,text:"script"===e?W("jenkins","Jenkinsfile"):te(t),what:"the job that rolls a version back"},variables:["JENKINS_URL","JENKINS_USER","JENKINS_TOKEN"],inputs:[["jenkins-job","rollback"]],next:[`Make a Pipeline job named ${o} from the script path ${eX} of this repository, and run it once: Jenkins learns its parameters when it runs.`,'Make an API token of a user that may start and read that job, and store them as a "Username with password" credential with the ID "rollgate".']}}let e5=e=>e.split("\n").map(e=>e.replace(/^ {8}/,""));function e7(e,t){let{platform:o,template:r}=e,n=void 0!==r&&"snapshot"!==t,a=[...n?["jenkins: 'rollgate'"]:[],..."kubernetes"===o?["kubeconfig: 'kubeconfig'"]:[]],s=[...void 0===t?[]:[`command: '${t}'`],...n&&"script"===r?["rollbackParameters: [VERSION: env.PREVIOUS]"]:[],...0===a.length?[]:[`credentials: [${a.join(", ")}]`]];return`        rollgate(${s.join(", ")})`}let e6=`        script {
          env.PREVIOUS = sh(returnStdout: true, script: './scripts/current-version.sh').trim()
        }
`;function e4(e){return`${"script"===e.template?e6:""}        // Record what runs now, and make sure that a rollback would work.
${e7(e,"snapshot")}
${e7(e,"preflight")}`}function e9(e){return`        // Watch, and roll back when it is bad.
${e7(e)}`}function te(e){let t=[...D(e,"params.ROLLBACK_REVISION").map(([e,t])=>`${(0,v.yp)(e)}: ${t.startsWith("params.")?t:`'${t}'`}`),..."kubernetes"===e.platform?["credentials: [kubeconfig: 'kubeconfig']"]:[]];return M({head:`// ${B}
@Library('rollgate@v${A}') _

pipeline {
  // It needs an executor besides that of the gate, which holds its own while it waits.
`,parameters:H(e),agent:e0(e),options:"",environment:eQ(e),steps:`${e1(`        rollgate(${t.join(", ")})`,e)}
`,post:`
  post {
    always {
      archiveArtifacts(artifacts: 'rollgate-report/**', allowEmptyArchive: true)
    }
  }
`})}function tt(e){let[t="",...o]=e;return 0===o.length?`        sh '${t}'`:`        sh '''
${k(e,10)}        '''`}function to(e){return`// Made by \`rollgate init\`; it is yours now.
@Library('rollgate@v${A}') _

pipeline {
${void 0===e.template?"":"  // The gate holds its executor while it waits for the rollback job, which needs another one.\n"}  agent ${e0(e)}

${eQ(e)}  stages {
    stage('Before') {
      steps {
${e1(e4(e),e)}
      }
    }
    stage('Deploy') {
      steps {
${e1(`        // Yours: whatever deploys the commit.
${tt(y(e,"$GIT_COMMIT"))}`,e)}
      }
    }
    stage('Gate') {
      steps {
${e1(e9(e),e)}
      }
    }
  }

  post {
    always {
      junit(testResults: 'rollgate-report/junit.xml', allowEmptyResults: true)
      archiveArtifacts(artifacts: 'rollgate-report/**', allowEmptyArchive: true)
    }
  }
}
`}let tr={id:"none",word:"other",pipelines:[],plan:tn};function tn({texts:e}){return{files:[],next:"report"===e.get("on-unhealthy")?["Nothing is rolled back as long as `on-unhealthy` is `report`: configure a strategy (docs/rollback.md), then take that line out of rollgate.yml."]:[],lines:e=>[`${e} snapshot`,`${e} preflight`,"./scripts/deploy.sh # yours: whatever deploys",`${e} run`]}}let ta=["kubernetes","compose","ecs","lambda","command","pipeline"],ts={kubernetes:{chain:"kubernetes,ci",impliedBy:["kubernetes-workload"],asks:[{id:"kubernetes-workload",text:"The workload, such as deployment/shop"},{id:"kubernetes-namespace",text:"Its namespace",nothing:"what kubectl uses"}],platform:"kubernetes",template:"program"},compose:{chain:"compose,ci",impliedBy:["compose-project","compose-file"],asks:[{id:"compose-project",text:"The project, as docker compose -p",usual:tu}],platform:"compose",template:"program"},ecs:{chain:"ecs",impliedBy:["ecs-service"],asks:[{id:"ecs-service",text:"The service, as cluster/service"}],platform:"aws",template:"script",inputs:[["ecs-health","true"]]},lambda:{chain:"lambda",impliedBy:["lambda-alias"],asks:[{id:"lambda-alias",text:"The alias, as function:alias"}],platform:"aws",template:"script"},command:{chain:"command",impliedBy:["rollback-command"],asks:[{id:"rollback-command",text:'The command line that rolls back, such as ./deploy.sh "$ROLLGATE_REVISION"'},{id:"rollback-snapshot-command",text:"The command line that prints which version runs, on one line",nothing:"none"}],platform:"any",template:"script"},pipeline:{chain:"ci",impliedBy:["rollback"],asks:[],platform:"any",template:"script"}},ti=[...new Set(Object.values(ts).flatMap(({impliedBy:e,asks:t})=>[...e.filter(e=>"rollback"!==e),...t.map(({id:e})=>e)]))];function tl(e){return ta.find(t=>ts[t].impliedBy.some(t=>e.has(t)))}function th(e){if("pipeline"===tl(e))return(0,p.ry)(e.get("rollback")??"").map(e=>ta.find(t=>t===e)).find(e=>void 0!==e)}function tc(e,t){return(0,p.ry)(t.get("rollback")??ts[e].chain).includes("ci")?ts[e].template:void 0}function tu(e){let t=e.replace(/[/\\]+$/,"").replace(/^.*[/\\]/,"").toLowerCase().replace(/[^a-z0-9_-]/g,"").replace(/^[_-]+/,"");return""===t?"app":t}let tp=[{id:"github",pipelines:[".github/workflows"],servers:/(^|\.)github\.|\.ghe\.com$/,runner:ey,plan:eS,rollback:eO},{id:"gitlab",pipelines:[".gitlab-ci.yml"],servers:/(^|[.-])gitlab([.-]|$)/,runner:eW,plan:eG,rollback:eU},{id:"circleci",pipelines:[".circleci/config.yml",".circleci"],runner:es,plan:ep,rollback:ed},{id:"jenkins",pipelines:["Jenkinsfile"],runner:eq,plan:e2,rollback:e3},{id:"azure",pipelines:["azure-pipelines.yml","azure-pipelines.yaml",".azure-pipelines"],servers:/(^|\.)dev\.azure\.com$|\.visualstudio\.com$/,runner:U,plan:X,rollback:Q},ej,eL,tr];function td(e,t){let o=tf(e,t),{template:r,platform:n}=o,a=tw(e.system),{files:s,next:i,...l}=a.plan(o),h=void 0===r?void 0:a.rollback?.(r,o);return{...l,files:[...s,...h?.file===void 0?[]:[h.file]],next:[...g(o,a.runner),...i,...tg(e),..."script"===r?[tb]:[],...h?.next??[]],variables:[...h?.variables??[],...tm[n]??[]]}}function tf(e,t){let{system:o,way:r,texts:n}=e,a=void 0===tw(o).rollback?void 0:tc(r,n);return{...e,branch:t,platform:ts[r].platform,template:a}}let tm={aws:["AWS_REGION","AWS_ACCESS_KEY_ID","AWS_SECRET_ACCESS_KEY"]},tb="Write scripts/current-version.sh, which prints the version that runs, and have scripts/deploy.sh deploy the version that it is given: the rollback calls it with the one before.";function tg({way:e,texts:t}){return"aws"===ts[e].platform?[`Give what the jobs log in to AWS with the rights that docs/strategies/${e}.md lists, and those that your deploy needs.`]:"command"!==e?[]:["`rollback-command` runs in the job of the gate: give that job the programs and the credentials that it needs.",...t.has("rollback-snapshot-command")?["`rollback-snapshot-command` runs in the jobs of snapshot, preflight and gate: it needs the same."]:['Set `rollback-snapshot-command`, which prints the version that runs: without it a rollback may undo the deploy of somebody else (docs/strategies/command.md, "A memory").']]}function tw(e){let t=tp.find(({id:t})=>t===e);if(void 0===t)throw Error(`there is no wrapper for ${e}`);return t}function ty(e){let{system:t,way:o,texts:r}=e,{rollback:n}=tw(t),{inputs:a=[]}=ts[o],s=tf(e,"main"),{template:i}=s,l=new Map([...tk(e),...a,...(void 0===i?void 0:n?.(i,s).inputs)??[],...r]);return void 0!==n&&void 0===i?l.delete("ci-system"):l.set("ci-system",t),l}function tk({system:e,way:t,texts:o}){let r=o.has("helm-release")&&["kubernetes","pipeline"].includes(t),n=void 0!==tw(e).rollback,a=[...r?["helm"]:[],...(0,p.ry)(ts[t].chain).filter(e=>"ci"!==e||n)];return a.length>0?[["rollback",a.join(",")]]:[...o.keys()].some(e=>{let{strategy:t,configures:o}=(0,i.wg)(e);return"rollback"===e||"ci"!==t&&!0===o})?[]:[["on-unhealthy","report"]]}let t$={url:"Probed twice a second: pick a page that exercises the database.","health-url":"Probed every 5 s: three failed probes in a row are an outage.","prometheus-url":"Its counters say how many requests of real users succeed.",rollback:"How it is rolled back: these ways, one after the other.","ci-system":"Where the rollback pipeline runs. Its token is a secret: keep it out of files."},tv=/^(true|false|\d+(\.\d+)?)$/,tE="rollgate.schema.json",t_=`# yaml-language-server: $schema=./${tE}`;function tS(e){return e.startsWith(`${t_}
`)}function tR(e){return[t_,"# Keep this file in the repository root.","# `rollgate validate` prints every effective value and its source.",...i.Zp.flatMap(t=>{let o=e.get(t);if(void 0===o)return[];let r="ci-system"===t&&o===tr.id?"No CI system is asked to run a rollback pipeline.":t$[t];return[...void 0===r?[]:[`# ${r}`],tO(t,o)]}),""].join("\n")}function tO(e,t){if(tv.test(t))return`${e}: ${t}`;let{shape:o}=(0,i.wg)(e).type,r=t.split("\n").filter(e=>""!==e.trim()),n=("list"===o||"pairs"===o)&&r.length>1?r:t;return(0,w.As)({[e]:n},{lineWidth:0}).trimEnd()}class tA extends Error{name="Unanswered";constructor(){super("a question was not answered")}}async function tC(e,t){let{text:o,usual:r,parse:n}=t;for(;;){let t=(await e.ask(`${o}${void 0===r?"":` [${r}]`}: `)).trim(),a=""===t?r:t;if(void 0===a){e.say("  this needs an answer");continue}let s=n(a);if(s.ok)return s.value;e.say(`  ${(0,c.Yt)(s.problem)}`)}}function tT(e){return t=>{let o=t.toLowerCase(),r=e.filter(e=>e.startsWith(o)),n=e.find(e=>e===o)??(1===r.length?r[0]:void 0);if(void 0!==n)return(0,a.u)(n);let s=`answer ${e.join(", ")}`,i=(0,d.au)(o,e);return(0,a.M)("please choose one of the listed words",void 0===i?s:`${i} ${s}`)}}function tN(e){return t=>{let o=(0,i.wg)(e).parse(t);return o.ok?(0,a.u)(t):o}}function tx(e){let t=e.toLowerCase();return["y","yes"].includes(t)?(0,a.u)(!0):["n","no"].includes(t)?(0,a.u)(!1):(0,a.M)("this is neither yes nor no","answer y or n")}let tI=tp.map(({id:e})=>e),tj=tp.map(({id:e,word:t=e})=>t);function tL(e){let t=tz(e),o=[];if(void 0===t&&o.push(tJ(e.repository)),tZ(e)||o.push({subject:"url",message:"there is nothing to watch",fix:"give `--url https://...` (and `--health-url`), or `--prometheus-url` with its selectors"}),void 0===t||o.length>0)throw new c.eb(o);let{texts:r,dockerHost:n}=e;return{system:t,way:tl(r)??"pipeline",texts:r,dockerHost:n}}async function tK(e,t){let o=new Map(e.texts),r=e.system??await tG(e.repository,t),n=(e,r,n)=>tV(o,t,e,r,n),a=(e,r,n)=>tF(o,t,e,r,n);tZ(e)||await tM(o,t);let s=th(e.texts),i=void 0===s?tl(e.texts):void 0;if(void 0===i){for(let{id:o,text:l,usual:h,nothing:c}of ts[i=s??await tB(r,e,t)].asks)await (void 0===c?n(o,l,h?.(e.folder)):a(o,l,c));if("compose"===i)return await tW(o,t,e),{system:r,way:i,texts:o,...await tH(r,e,t)}}return{system:r,way:i,texts:o,dockerHost:e.dockerHost}}async function tM(e,t){let o=await tC(t,{text:"How should Rollgate watch the service? url = send it requests, prometheus = read its metrics",usual:"url",parse:tP});"prometheus"!==o?("url"!==o&&e.set("url",o),await tV(e,t,"url","URL to probe (a GET request every 500 ms; pick one that exercises the database)"),await tF(e,t,"health-url","The address of its health check","the same")):(await tV(e,t,"prometheus-url","The address of the Prometheus server"),await tY(e,t))}async function tW(e,t,{compose:o}){if(void 0===o||e.has("compose-service")||e.has("compose-file"))return;if(!o.ok)return void t.say(`  ${o.problem.message}`);let{path:r,services:n}=o.value,[s,...i]=n;if(void 0===s)return;let l=0===i.length,h=await tC(t,{text:l?`The service to roll back (${r} has ${s})`:`The services to roll back, separated by commas (${r} has ${n.join(", ")})`,usual:l?s:"all",parse:e=>{let t=(0,p.ry)(e).find(e=>!n.includes(e));return void 0!==t&&("all"!==e||l)?(0,a.M)(`${r} has no service ${t}`,`answer of ${n.join(", ")}`):(0,a.u)(e)}});(l||"all"!==h)&&e.set("compose-service",h)}let tD="the machine of the runner";async function tH(e,{dockerHost:t},o){let{runner:r}=tw(e);if(void 0===r)return{};let n=await tC(o,{text:"Where the Docker engine is, as DOCKER_HOST, such as ssh://deploy@web-1.example.com",usual:t??tD,parse:e=>e===tD||f.test(e)?(0,a.u)(e):(0,a.M)("this is not an address for ssh","write it like ssh://deploy@web-1.example.com")});return n!==tD?{dockerHost:n}:{runner:await tC(o,{text:`The ${r.noun} of your runner on that machine`,...void 0===r.usual?{}:{usual:r.usual},parse:e=>/^[\w./-]+$/.test(e)?(0,a.u)(e):(0,a.M)(`this is not a ${r.noun}`,"use letters, digits, and _ . / - only")})}}async function tB(e,{compose:t},o){let r=void 0!==tw(e).rollback,n=[...ta.filter(e=>"pipeline"!==e),r?"pipeline":"report"],a=await tC(o,{text:`How is a bad version rolled back: a workload of kubernetes, a project of compose, a service of ecs, an alias of lambda, a command of your own, or ${r?"a pipeline with your own deploy script":"not at all, but only a report of it"}?`,usual:void 0!==t?"compose":r?"pipeline":"report",parse:tT(n)});return ta.find(e=>e===a)??"pipeline"}function tP(e){return/^https?:\/\//i.test(e)?tN("url")(e):tT(["url","prometheus"])(e)}async function tG({signs:e},t){let[o,...r]=e;for(let{system:o,sign:r}of e)t.say(`  Detected ${o} (${r})`);return tC(t,{text:`Which CI system: ${tj.join(", ")}?`,...void 0!==o&&0===r.length?{usual:o.system}:{},parse:tU})}function tU(e){if(tI.includes(e.toLowerCase()))return(0,a.u)(e.toLowerCase());let t=tT(tj)(e);return t.ok?(0,a.u)(tI[tj.indexOf(t.value)]??t.value):t}async function tY(e,t){let o=await tC(t,{text:"Whose metrics: istio, nginx-ingress, spring, or others?",usual:"others",parse:tT(["istio","nginx-ingress","spring","others"])});if("others"!==o){e.set("prometheus-preset",o),await tV(e,t,"prometheus-selector",'The labels of the service, such as app="shop"');return}await tV(e,t,"prometheus-total",'The counter of all requests, such as http_requests_total{app="shop"}'),await tV(e,t,"prometheus-errors",'The counter of failed ones, such as http_requests_total{app="shop",code=~"5.."}')}async function tV(e,t,o,r,n){if(e.has(o))return;let a=await tC(t,{text:r,...void 0===n?{}:{usual:n},parse:tN(o)});e.set(o,a)}async function tF(e,t,o,r,n){if(e.has(o))return;let s=await tC(t,{text:r,usual:n,parse:e=>e===n?(0,a.u)(""):tN(o)(e)});""!==s&&e.set(o,s)}function tz({system:e,repository:{signs:t}}){let[o,...r]=t;return e??(0===r.length?o?.system:void 0)}function tJ({signs:e}){return{subject:"ci-system",message:0===e.length?"nothing in this folder shows which CI system it is for":`this folder may be for several CI systems: ${e.map(({system:e,sign:t})=>`${e} (${t})`).join(", ")}`,fix:`name it: \`--ci-system ${tI.join("`, `")}\``}}function tZ({texts:e,isWatched:t}){return t||e.has("url")||e.has("prometheus-url")}function tq(e){return tI.includes(e)?(0,a.u)(e):(0,a.M)(`there is no wrapper for ${(0,d.hD)(e)}`,`${(0,d.au)(e,tI)??"name"} one of ${tI.join(", ")}`)}var tX=o(70933);function tQ(e,t){try{let o=(0,w.Tp)(t,{merge:!0,logLevel:"silent"}),[r]=o.errors;if(void 0!==r)return t0(e,r.message.split("\n")[0]??"");let n=o.toJS()??{};if(!t1(n))return t0(e,"it is not a mapping");let{services:s={}}=n;return t1(s)?(0,a.u)({path:e,services:Object.keys(s)}):t0(e,"`services` is not a mapping")}catch(t){return t0(e,(0,c.bD)(t))}}function t0(e,t){return(0,a.M)(`${e} cannot be read, so its services are not known: ${t.replace(/:$/,"")}`)}function t1(e){return(0,tX.Gv)(e)&&!Array.isArray(e)}var t8=o(76760);function t2(e,t){let o=[];return{placed:e.flatMap(e=>{try{let r=t5(e.path,t);if(!r.ok)return o.push({subject:e.path,...r.problem}),[];let n=t.read(r.value);return[{...e,place:r.value,state:t3(e,n)}]}catch(t){return o.push({subject:e.path,message:`cannot be read: ${(0,c.bD)(t)}`}),[]}}),problems:o}}function t3({text:e,otherwise:t},o){return void 0===o?"new":o.replaceAll("\r\n","\n")===e?"same":void 0===t?"other":"theirs"}function t5(e,t){let{real:o}=t,r=t6(o("."))??".",n=e.split("/");for(let e=n.length;e>0;e-=1){let s=o((0,t8.join)(...n.slice(0,e)));if("absent"!==s){if("broken"===s)return(0,a.M)(`${n.slice(0,e).join("/")} is a link that leads nowhere`,"remove it");if(!t4(r,s.path))return(0,a.M)("would be written outside of this folder, because a link leads there",`look at ${n.slice(0,e).join("/")}`);if(e<n.length&&t7(s.path,t))return(0,a.M)(`${n.slice(0,e).join("/")} is a file, and a folder is needed there`);return(0,a.u)((0,t8.join)(s.path,...n.slice(e)))}}return(0,a.u)((0,t8.join)(r,...n))}function t7(e,{read:t}){try{return void 0!==t(e)}catch{return!1}}function t6(e){return"string"==typeof e?void 0:e.path}function t4(e,t){let o=(0,t8.relative)(e,t);return".."!==o&&!o.startsWith(`..${t8.sep}`)&&!(0,t8.isAbsolute)(o)}async function t9({place:e,text:t},o){await o.mkdir((0,t8.dirname)(e),{recursive:!0}),await o.writeFile(e,t)}let oe=E.startsWith("OWNER/"),ot=e=>RegExp(`(^|[^@/\\w])${e}(?![\\w/-])`),oo=[{name:E,isIn:RegExp(`(^|[^@\\w])${E}|@Library\\('rollgate@`),to:"the repository of your copy of Rollgate"},{name:O,isIn:RegExp(`${O}|${E}/rollgate@|rollgate/default`),to:"the image that you build of its Dockerfile"},{name:`${R}/rollgate`,isIn:RegExp(`rollgate: ${R}/rollgate@`),to:"the orb that you publish of its dist/orb.yml"},{name:_,isIn:RegExp(`@Library\\('rollgate@|rollgate/gate|${E}/rollgate@`),how:"which is run by",to:"the npm package that you publish"},{name:S,isIn:/task: Rollgate@/,how:"the publisher of the extension, in",to:"yours"}],or={name:"registry.example.com/aws-node",isIn:ot("registry.example.com/aws-node"),to:"an image of yours with the `aws` program and Node 20 or newer"};function on(e){return[...oe?oo:[],or,...void 0===e?[]:[{name:e.placeholder,isIn:ot(e.placeholder),to:`the ${e.noun} of your runner on the machine of the Docker engine`}]]}function oa(e,t){let o=on(t).flatMap(({name:t,isIn:o,how:r="in",to:n})=>{let a=e.filter(({text:e})=>o.test(e)).map(({path:e})=>e),s="in"===r?" in":`, ${r}`;return 0===a.length?[]:[`\`${t}\`${s} ${a.join(", ")}  →  ${n}`]});if(0===o.length)return[];let r=o.some(e=>oo.some(({name:t})=>e.startsWith(`\`${t}\``)));return[["Replace these placeholders before you commit: they could be anybody else's.",...o,...r&&oe?["Or set your names in release.config.json of your copy of Rollgate, run `npm run generate` and `npm run build` there, and run `init` from it again: then its names are right."]:[]].join("\n")]}let os=/^[\w][\w./-]*$/;function oi(e){let t=ol(e),o=tp.flatMap(({id:t,pipelines:o})=>{let r=o.find(t=>"absent"!==e.real(t));return void 0===r?[]:[{system:t,sign:r}]});return{signs:o.length>0?o:oh(void 0===t?"":op(e,`${t}/config`)),isGit:void 0!==t,branch:void 0===t?"main":ou(e,t)}}function ol(e){if("absent"===e.real(".git"))return;let[,t]=/^gitdir: (.+)$/m.exec(op(e,".git"))??[];if(void 0===t)return".git";let o=op(e,`${t}/commondir`).trim();return""===o?t:/^([/\\]|[A-Za-z]:)/.test(o)?o:`${t}/${o}`}function oh(e){let t=[...e.matchAll(/^\s*\[remote "(.*)"\]([^[]*)/gm)].flatMap(([,e,t=""])=>{let[,o]=/^\s*url\s*=\s*(\S+)/m.exec(t)??[];return void 0===o?[]:[{name:e,host:oc(o)}]}),o=t.find(({name:e})=>"origin"===e)??t[0],r=tp.find(({servers:e})=>e?.test(o?.host??""));return void 0===o||void 0===r?[]:[{system:r.id,sign:`the remote ${o.host}`}]}function oc(e){let[,t=""]=/^(?:[a-z][a-z+]*:\/\/)?(?:[^@/]*@)?([\w.-]+)/i.exec(e)??[];return t.toLowerCase()}function ou(e,t){let[,o]=/^ref: refs\/remotes\/origin\/(.+)$/m.exec(op(e,`${t}/refs/remotes/origin/HEAD`))??[],r=["main","master"].find(o=>"absent"!==e.real(`${t}/refs/heads/${o}`)),[,n]=/^ref: refs\/heads\/(.+)$/m.exec(op(e,`${t}/HEAD`))??[];return[o,r,n].find(e=>void 0!==e&&os.test(e))??"main"}function op(e,t){try{return e.read(t)??""}catch{return""}}var od=o(38357),of=o(89383),om=o(62077),ob=o(79994),og=o(30010),ow=o(18528);let oy="rollgate.yml",ok=["compose.yaml","compose.yml","docker-compose.yml","docker-compose.yaml"],o$=["url","health-url","prometheus-url","prometheus-preset","prometheus-selector","prometheus-total","prometheus-errors",...ti];async function ov(e){let{entry:t,console:o}=e,{flags:n,switches:a}=(0,r.S)(t.argv),i=e.resolution.origins["ci-system"].level<=4,l=n.get("ci-system")??e.settings["ci-system"]??"",h=i?tq(l.trim().toLowerCase()):void 0,u=[...h?.ok===!1?[{subject:"ci-system",...h.problem}]:e.problems,...oE(n)];if(u.length>0)throw new c.eb(u);let p=t.files.read(oy),d=a.has("yes")?void 0:oN(e);try{let r=o_(e,n,p,h?.ok===!0?h.value:void 0);r.repository.isGit||o.line("note: this folder is not the root of a git repository; CI systems look for their files there");let i=void 0===d?tL(r):await tK(r,d);for(let e of(void 0===d&&"compose"===i.way&&r.compose?.ok===!1&&o.line(`warning: ${r.compose.problem.message}`),oR(r)))o.line(e);let l=await oL(e,i,{person:d,configOf:e=>oK(oC(e,r,p))}),{files:u,deploy:f,next:m,...b}=oC(l,r,p),{placed:g,problems:w}=t2(u,t.files);if(w.length>0)throw new c.eb(w);let y=await ox(g,{isForced:a.has("force"),person:d}),k=y.find(({path:e})=>e===oy)?.text??p;if(await oI(e,{...t.files,read:e=>e===oy?k:t.files.read(e)}),t.signal.aborted)throw new tA;let $=await oW(e,y);if(void 0!==$)return $;oD(e,l,g,y),await oI(e,t.files),o.line(`\`rollgate validate\`: ${oy} is valid`);let{runner:v}=tw(l.system),E=[oa(oH(g,y),v),oB(g,f),m];return oP(e,E.flat(),b),s.hS.healthy}catch(e){if(!(e instanceof tA))throw e;return o.line("Nothing was written."),t.signal.aborted?s.hS.cancelled:s.hS.usage}}function oE(e){return[...e.keys()].flatMap(e=>{let t=e;return"command"===t?[]:!0===(0,i.wg)(t).secret?[{subject:`--${t}`,message:"this is a secret, which must not be in a file of the repository",fix:`leave it out; keep it in the CI system, as \`${(0,l.DA)(t)}\``}]:!1===(0,i.wg)(t).inFile?[{subject:`--${t}`,message:`this cannot be set in ${oy}`,fix:"leave it out"}]:[]})}function o_({entry:e,info:t,resolution:o},r,a,s){let h=void 0===a?void 0:(0,n.readConfigFile)(oy,a),c=new Map(h?.texts);for(let t of o$){let o=e.env[(0,l.DA)(t)]?.trim()??"";""!==o&&c.set(t,o)}for(let e of i.Zp){let t=r.get(e)?.trim()??"";"command"!==e&&""!==t&&c.set(e,t)}let u=tp.find(({id:e})=>e===h?.texts.get("ci-system"))?.id,p=tp.find(({id:e})=>e===t.system)?.id;return{texts:c,system:s??u??p,repository:oi(e.files),isWatched:o.targets.some(({checks:e,settings:t})=>e.length>0||["kubernetes-health","compose-health","ecs-health"].some(e=>t[e])),compose:oS(e.files),folder:oA(e.files),dockerHost:oO(e.env.DOCKER_HOST??"")}}function oS(e){let t=ok.find(t=>"absent"!==e.real(t));if(void 0!==t)try{return tQ(t,e.read(t)??"")}catch(e){return(0,a.M)(`${t} cannot be read, so its services are not known: ${(0,c.bD)(e)}`)}}function oR({compose:e,texts:t}){if(e?.ok!==!0||t.has("compose-file"))return[];let{path:o,services:r}=e.value;return(0,p.ry)(t.get("compose-service")??"").filter(e=>!r.includes(e)).map(e=>`warning: compose-service: ${o} has no service ${e}; it has ${r.join(", ")}`)}function oO(e){return f.test(e)?e:void 0}function oA(e){let t=e.real(".");return"string"==typeof t?"":t.path}function oC(e,t,o){let r=new Map(e.texts);ty(e).has("ci-system")||r.delete("ci-system");let a=void 0===o?void 0:(0,n.readConfigFile)(oy,o).texts,s=void 0!==a&&[...r].every(([e,t])=>a.get(e)===t),i=s?r:ty(e),l={path:oy,text:s?(o??"").replaceAll("\r\n","\n"):tR(i),what:"what is watched, and how it is rolled back"},h=td({...e,texts:i},t.repository.branch),c=tS(l.text)?[oT()]:[];return{...h,files:[l,...c,...h.files]}}function oT(){return{path:tE,text:(0,of.Q)(i.QL),what:`what editors complete and check ${oy} with`}}function oN({entry:e,console:t}){let{ask:o}=e;if(void 0!==o)return{async ask(e){let r=await o(t.clean(e));if(void 0===r)throw new tA;return r},say:e=>{t.line(e)}}}async function ox(e,{isForced:t,person:o}){let r=e.filter(({state:e})=>"other"===e);if(!t&&void 0===o&&r.length>0)throw new c.eb(r.map(({path:e})=>({subject:e,message:"already exists with different content",fix:"use `--force` to overwrite it, or move it away"})));let n=[];for(let r of e){let e={text:`${r.path} already exists with different content. Replace it (y/n)?`,usual:"n",parse:tx};("new"===r.state||"other"===r.state&&(t||void 0!==o&&await tC(o,e)))&&n.push(r)}return n}async function oI(e,t){let{entry:o,console:r}=e,n=()=>void 0,a=await (0,om.fA)({...o,files:t,argv:["validate","--config",oy]});try{let e={...r,line:n,group:n,annotate:n,live:n,of:()=>e};await (0,og.validate)({...a,console:e})}finally{a.close()}}let oj=3e3;async function oL(e,t,{person:o,configOf:r}){for(let n=t;;){let t=await oM(e,r(n)),{texts:a}=n,s=["url","health-url"].flatMap(e=>(0,p.ry)(a.get(e)??"")).map(u.Zq),i=t.find(e=>s.includes(e));if(void 0===o||void 0===i)return n;let l={text:`${i} refuses connections. Use it all the same (y/n)?`,usual:"n",parse:tx};if(await tC(o,l))return n;let h=new Map(a);for(let e of["url","health-url"])h.delete(e);await tM(h,o),n={...n,texts:h}}}function oK({files:e}){return e.find(({path:e})=>e===oy)?.text??""}async function oM(e,t){let{entry:o}=e,r=await (0,om.fA)({...o,files:{...o.files,read:e=>e===oy?t:o.files.read(e)},argv:["validate","--config",oy]}),n=[];try{if(r.problems.length>0)return n;for(let t of(0,om.pW)(r)){let o=(await (0,om.tg)(t)).filter(({source:e})=>"http"===e),r=await (0,ow.pI)(t,o,{looks:1,timeoutMs:oj,unanswered:{passed:!1,detail:`no answer in ${(0,u.a3)(oj)}`,ms:oj}});(0,od.c2)(e,(0,ow.ps)(r,o),"Rollgate init"),n.push(...r.filter(({detail:e})=>"connection refused"===e).map(({subject:e})=>e))}}catch(e){if(!(0,h.mm)(o.signal))throw e}finally{r.close()}return n}async function oW({entry:e,console:t},o){let r=[];for(let n of o){try{await t9(n,e.files)}catch(o){let e=0===r.length?"nothing was written":`only ${r.join(", ")} ${1===r.length?"was":"were"} written`;return t.line(`${e}: ${n.path} could not be written: ${(0,c.AG)(o)}`),s.hS.usage}r.push(n.path)}}function oD({console:e},{system:t},o,r){let n=Math.max(...o.map(({path:e})=>e.length)),a=(t,o)=>{if(0!==o.length)for(let{path:r,what:a}of(e.line(t),o))e.line(`  ${r.padEnd(n)}  ${a}`)},s=o.filter(e=>!r.includes(e));for(let{path:o,otherwise:n=[]}of(a(t===tr.id?"Written:":`Written for ${(0,ob.Vb)(t)}:`,r),a("Already there:",s.filter(({state:e})=>"same"===e)),a("Left as they are:",s.filter(({state:e})=>"other"===e)),s.filter(({state:e})=>"theirs"===e)))for(let t of(e.line(`${o} is your pipeline, and was not touched. Add to it:`),n))e.line(""===t?"":`    ${t}`)}function oH(e,t){return e.flatMap(e=>{let{path:o,text:r,state:n,otherwise:a=[]}=e;return"theirs"===n?[{path:o,text:a.join("\n")}]:"same"===n||t.includes(e)?[{path:o,text:r}]:[]})}function oB(e,t){let o=e.find(({state:e,otherwise:t})=>"theirs"===e&&void 0!==t);return void 0!==o?[`Put the lines above into ${o.path}, around your deploy.`]:void 0===t?[]:[t]}function oP({console:e,entry:t},o,{variables:r,lines:n}){let a=oe?`node ${/\s/.test(t.self.script)?`"${t.self.script}"`:t.self.script}`:`npx --yes ${_}@${A}`,s=`\`${a} preflight\` says what is still missing${0===r.length?"":`, here with the variables ${r.join(", ")}`}. In the pipeline it runs before every deploy.`,i=[...void 0===n?[]:[["Run these lines in your pipeline, in the folder of rollgate.yml and in this order; stop at the first one that fails:",...n(a)]],...[...o,s].map(e=>e.split("\n"))];for(let[t,[o="",...r]]of(e.line("Next steps:"),i.entries()))for(let n of(e.line(`  ${String(t+1)}. ${o}`),r))e.line(`       ${n}`)}},30010:(e,t,o)=>{o.r(t),o.d(t,{validate:()=>p});var r=o(3178),n=o(62561),a=o(88402),s=o(75183),i=o(85541),l=o(87700),h=o(62077),c=o(38357),u=o(50742);async function p(e){let{console:t}=e;(0,h.er)(e);let o=await Promise.all((0,h.pW)(e).map(async e=>({target:e,checks:await (0,h.tg)(e)}))),s=e.problems.length>0?e.problems:o.flatMap(({target:e,checks:t})=>(0,h.XJ)(e,d(e,t)));if(s.length>0)throw new l.eb(s);for(let{target:a,checks:s}of(o.length>1&&t.group("effective configuration",f(e.resolution)),o)){let t=f(a.resolution,a.isOnly?void 0:e.resolution);for(let e of(t.length>0&&a.console.group("effective configuration",t),a.console.group("checks",s.map(({id:e,limit:t,subject:o})=>(0,u.ZV)`${(0,u.ZV)(e)}  ${(0,u.ZV)((0,r.aU)(t))}  ${o}`)),a.resolution.effectiveChecks))a.console.group(`check ${e.id} (${e.source}, ${e.where})`,b(e));a.console.group("rollback chain",(0,n.uw)(a.resolution).map(({id:e,configured:t,because:o})=>(0,u.ZV)`${(0,u.ZV)(e)}  ${(0,u.ZV)(t?"configured":"skipped")}: ${o}`))}return t.line((0,u.ZV)("the configuration is valid")),a.hS.healthy}function d(e,t){let{resolution:o,settings:r}=e;return[...(0,c.lw)([...t,...o.writtenSources]),..."rollback"===r["on-unhealthy"]?(0,c.Yy)(e):[]]}function f(e,t){let o=void 0===t?{}:(0,n.C$)(t),r=Object.entries((0,n.C$)(e)).filter(([e,t])=>o[e]!==t),a=Math.max(0,...r.map(([e])=>e.length));return r.map(([t,o])=>(0,u.ZV)`${(0,u.ZV)(t.padEnd(a))}  ${m(t,o)}  (${(0,s.B6)(e.origins[t])})`)}function m(e,t){return!0===(0,i.wg)(e).type.closed?(0,u.ZV)(t):t.replace(/\n/g,", ")}function b({options:e,baseline:t={},before:o={}}){let r=[...Object.entries(t).map(([e,t])=>[`baseline.${e}`,t]),...Object.entries(o).map(([e,t])=>[`before.${e}`,t])];return[...Object.entries(e),...r].map(([e,t])=>`${e}  ${t.replace(/\n/g,", ")}`)}},52454:(e,t,o)=>{o.d(t,{M:()=>a,j:()=>n});var r=o(33863);function n({duration:e,extend:t=!1,decision:o}){return t&&"strict"!==o?Math.min(e,3e5):0}function a(e,t){let o="value"===e.metric?1:5;return t.samples>=o&&(0,r.j)(e,t)}},33863:(e,t,o)=>{o.d(t,{D:()=>n,j:()=>i});let r=20;function n(e,t){if("none"===t.kind)return;if("value"===t.kind)return"value"===e.metric?a(e,t.value):void 0;let{samples:o,seconds:r}=t;if(![o,t.failures,r].every(e=>e>=0))return;let n=Math.min(t.failures,o);switch(e.metric){case"success-rate":return s(100*n,(100-e.minPercent)*o,o);case"latency":return s(100*n,(100-e.percentile)*o,o);case"errors-per-minute":return null===e.scaledTo?s(60*n,e.max*r,r):s(e.scaledTo*n,e.max*o,o);case"value":case"relative":case"health":return}}function a(e,t){if(!Number.isFinite(t))return;if("max"in e)return s(t,e.max);let{min:o}=e;return s(2*o-Math.min(Math.max(t,0),2*o),o)}function s(e,t,o=1){if(Number.isFinite(e)&&Number.isFinite(o)&&0!==o)return t<=0?e>0?r:0:Math.min(r,Math.max(0,e/t))}function i(e,t){let{samples:o,failures:r,seconds:n,sum:a}=t;switch(e.metric){case"success-rate":return l(e.minPercent*o/100,o-r);case"latency":return l(e.percentile*o/100,o-r);case"errors-per-minute":return null===e.scaledTo?n>0&&l(60*r/n,e.max):o>0&&l(e.scaledTo*r/o,e.max);case"value":if(0===o)return!1;return"max"in e?l(a/o,e.max):l(e.min,a/o);case"relative":case"health":return!1}}function l(e,t){return e>t+Math.max(1e-9,4*Number.EPSILON*Math.abs(t))}},56155:(e,t,o)=>{o.d(t,{GJ:()=>a,H6:()=>c,H7:()=>u,ge:()=>m,t7:()=>f});var r=o(33863);function n(e,t,o){return void 0===e||t||"passed"===e.seen?"counts":"failed"!==e.seen||e.isNew?void 0!==o?"unwatchable":"not-asked"!==e.seen||e.isNew?"counts":"unproven":"failed-before"}function a({seenBefore:e,limit:t}){let o=new Map,r=0,l=!1,h=0,c=(e,t)=>{void 0!==e&&o.set(e,(o.get(e)??0)+t)},u=()=>{let[e]=[...o].sort(([,e],[,t])=>t-e);return 2*[...o.values()].reduce((e,t)=>e+t,0)>r?e?.[0]:void 0};return{push(e){if("look"===e.type){let{ok:o,obstacle:n,changed:a}=e.look;!0===o&&(l=!0),(!1===o||void 0!==n)&&(r+=1),c(n,1),null!==o&&(h=!0===a?h+1:0),h>=i(t)&&(l=!0);return}let{observation:o}=e,n=0;for(let[e,t]of Object.entries(o.obstacles??{}))c(e,t),n+=t;if("value"===o.kind&&s(t,o.value)&&(l=!0),"counts"!==o.kind){r+=n;return}let{samples:a,failures:u,passed:p=a-u}=o;r+=Math.max(n,a-p),p>0&&(l=!0)},ruling:()=>n(e,l,u()),obstacle:u,hasRecovered:()=>e?.seen==="failed"&&l}}function s(e,t){return!(0,r.j)(e,{samples:1,failures:0,seconds:0,sum:t})}function i(e){return"health"===e.metric?e.failures:1}let l={name:{why:"its name cannot be resolved",fix:"correct the URL, or check the DNS server of this machine"},proxy:{why:"a proxy is in the way",fix:"check HTTP_PROXY, HTTPS_PROXY and NO_PROXY"},scheme:{why:"plain HTTP is spoken there, not TLS",fix:"check scheme and port of the URL"},certificate:{why:"its certificate cannot be verified",fix:"set `ca-file` if an authority of your own has signed it"},unauthorized:{why:"it wants credentials",fix:"set `headers`"},network:{why:"this network wants a login first",fix:"run Rollgate where the service can be reached"}};function h(e){let{why:t,fix:o}=l[e];return`${t}: ${o}`}function c(e){return l[e].fix}function u(e,{source:t,seenBefore:o},r){let n=r.obstacle();if("unwatchable"===r.ruling()&&void 0!==n)return`${e}; it has never been seen healthy, and cannot be watched from here: ${h(n)}.`;let a=d(o?.detail??""),s=void 0===n?"":` ${p(h(n))}.`;return`${e}; it failed before the deploy too${a}: ${"http"===t?"check the URL, or roll back by hand; if it exists only after the deploy, set `url-before: absent`":"mend it, or roll back by hand"}.${s}`}function p(e){return`${e.slice(0,1).toUpperCase()}${e.slice(1)}`}function d(e){return""===e?"":` (${e.replace(/^status (?=\d{3}$)/,"")})`}let f=" It may never have worked: with a `snapshot` before the deploy that has this check, Rollgate would know.";function m(e){return e.map(({id:e,seenBefore:t})=>` ${e} failed before the deploy${d(t?.detail??"")}.`).join("")}}};

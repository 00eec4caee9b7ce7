export const id="commands-init";export const ids=["commands-init","commands-validate"];export const modules={18906:((e,t,o)=>{o.r(t),o.d(t,{init:()=>tw});var r=o(87175),a=o(16341),n=o(31085),s=o(88402),i=o(85541),l=o(36192),h=o(9261),c=o(87700),u=o(15240),p=o(61215),d=o(50444);let f=/^ssh:\/\/(?:[\w.-]+@)?[\w.-]+(?::\d+)?$/;function m({platform:e,dockerHost:t}){return"compose"===e&&void 0===t}function b(e,{usual:t,placeholder:o}){return m(e)?e.runner??t??o:void 0}var g=o(38815);function w({texts:e},t){return[...e.has("kubernetes-namespace")?["# The namespace stands in rollgate.yml, and nowhere else.","NAMESPACE=$(awk -F'[: \"]+' '$1 == \"kubernetes-namespace\" { print $2 }' rollgate.yml)","export NAMESPACE"]:[],`./scripts/deploy.sh "${t}"`]}function y(e,t){return e.map(e=>""===e?"\n":`${" ".repeat(t)}${e}
`).join("")}function k(e,t){return 1===e.length?e.join(""):`|
${y(e,t).trimEnd()}`}var $=o(6189);let v="OWNER/rollgate",E="@owner/rollgate",_="OWNER",S="owner",R="ghcr.io/owner/rollgate",O="0.1.0",A="actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8 # v6.0.1",C={"azure-devops/script.yml":["# Runs only when it is started: by Rollgate, or by hand.","trigger: none","pr: none","","parameters:",'  - name: rollback # Rollgate sends "true"',"    type: boolean","    default: false","  - name: rollback_id # names this rollback; Rollgate finds its run again by it","    type: string","    default: none","  - name: version # the version to return to","    type: string","","stages:","  # Without the marker nothing is done.","  - ${{ if eq(parameters.rollback, true) }}:","      - stage: rollback","        jobs:","          - job: rollback","            # Less than `rollback-timeout`, so that the gate sees how it ends.","            timeoutInMinutes: 8","            pool:","              vmImage: ubuntu-latest","            steps:",'              - script: ./scripts/deploy.sh "$VERSION"',"                displayName: Deploy the version that ran before","                env:","                  VERSION: ${{ parameters.version }}",""],"circleci/script.yml":["version: 2.1","","parameters:","  rollback:","    description: Marks this pipeline as a rollback. Rollgate sends true.","    type: boolean","    default: false","  rollback_id:","    description: Names this rollback. Rollgate sends it.","    type: string","    default: ''","  version:","    description: The version to return to. Rollgate sends it.","    type: string","    default: ''","","workflows:","  rollback:","    when: << pipeline.parameters.rollback >>","    jobs:","      - rollback","","jobs:","  rollback:","    docker:","      - image: cimg/base:current","    environment:","      VERSION: << pipeline.parameters.version >>","    steps:","      - checkout","      - run:","          name: Deploy the version that ran before",'          command: ./scripts/deploy.sh "$VERSION"',""],"github/script.yml":["name: Rollback","# By this name Rollgate finds its run again when GitHub does not tell which one it is.","run-name: Rollback ${{ inputs.rollback_id }}","","on:","  workflow_dispatch:","    inputs:","      rollback:",'        description: Marks this run as a rollback. Rollgate sends "true".',"        type: string","        default: 'true'","      rollback_id:","        description: Names this rollback. Rollgate sends it; by hand it may stay empty.","        type: string","        default: ''","      rollback_target:",'        description: What is rolled back. Rollgate sends "default".',"        type: string","        default: ''","      version:","        description: The version to return to.","        type: string","        required: true","","permissions:","  contents: read","","# A group of its own. In that of the deploy it would wait for the gate, which waits for it.","concurrency:","  group: rollback-production","  cancel-in-progress: false","","jobs:","  rollback:","    runs-on: ubuntu-latest","    # Less than `rollback-timeout`, so that the gate sees how it ends.","    timeout-minutes: 8","    steps:","      - uses: actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8 # v6.0.1","        with:","          persist-credentials: false","","      - name: Deploy the version that ran before","        env:","          VERSION: ${{ inputs.version }}",'        run: ./scripts/deploy.sh "$VERSION"',""],"gitlab/script.yml":["rollback:","  stage: deploy","  # A group of its own: in that of the deploy it would wait for the pipeline that waits for it.","  resource_group: rollback","  rules:",'    - if: $ROLLBACK == "true"',"  # Less than `rollback-timeout`, so that the gate sees how it ends.","  timeout: 8 minutes","  script:","    # What the gate recorded before the deploy: the version that ran then.",'    - ./scripts/deploy.sh "$VERSION"',""],"jenkins/script.Jenkinsfile":["pipeline {","  // It needs an executor besides that of the gate, which holds its own while it waits.","  agent any","","  // Less than `rollback-timeout`, so that the gate sees how it ends.","  options { timeout(time: 8, unit: 'MINUTES') }","","  parameters {","    booleanParam(name: 'ROLLBACK', defaultValue: false, description: 'Marks this build as a rollback. Rollgate sends true.')","    string(name: 'ROLLBACK_ID', defaultValue: '', description: 'Names this rollback. Rollgate finds its build again by it.')","    string(name: 'VERSION', defaultValue: '', description: 'The version to return to.')","  }","","  stages {","    stage('Rollback') {","      // Without the marker nothing is done.","      when { expression { params.ROLLBACK } }","      steps {","        sh './scripts/deploy.sh \"$VERSION\"'","      }","    }","  }","}",""]},T="Marks this run as a rollback. Rollgate sends true.",N="The revision to return to: 12, or deployment/api=12 for each of several. Empty: the previous one.";function x(e,t){let o=" ".repeat(t);return e.map(([e,t])=>`${o}${e}:
${o}  description: '${t}'
${o}  type: string
${o}  default: ''
`).join("")}function I(e,t){let o=C[`${e}/script.${t}`];if(void 0===o)throw Error(`there is no rollback pipeline for ${e}`);return o.join("\n")}function j({platform:e,texts:t},o){return[["command","rollback"],...0===(0,p.ry)(t.get("rollback")??"").filter(e=>"ci"!==e).length?[["rollback",e]]:[],["rollback-timeout","5m"],..."kubernetes"===e&&void 0!==o?[["kubernetes-revision",o]]:[]]}function L({platform:e}){return[["rollback_id","Names this rollback. Rollgate finds its run again by it; by hand it may stay empty."],["rollback_target",'What is rolled back. Rollgate sends "default", or the name of the target.'],..."kubernetes"===e?[["rollback_revision",N]]:[]]}let K="Made by `rollgate init`; it is yours now. What it rolls back stands in rollgate.yml.";function M(e,t){let o=e.get(t);if(!(0,g.jh)(o))throw Error(`the rollback pipeline has no ${t}`);let r=(0,g.As)({[t]:o},{lineWidth:0,singleQuote:!0});return r.slice(r.indexOf("\n")+1)}let W={noun:"pool",usual:"Default",placeholder:"YOUR-POOL"},D="rollback.yml",H={kubernetes:`      # So that kubectl finds the cluster; or the login that your provider has.
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

`};function B(e){return m(e)?"":H[e.platform]??""}function P({dockerHost:e}){return void 0===e?"":`
variables:
  DOCKER_HOST: ${e} # the engine that deploy, snapshot, gate and rollback speak with
`}function G(e){let t=b(e,W);return void 0===t?"vmImage: ubuntu-latest":`name: ${t} # with an agent on the machine of the engine`}let U=`      - bash: |
          # A script that fails must stop the job: within an echo its failure is lost.
          set -e
          version=$(./scripts/current-version.sh)
          echo "##vso[task.setvariable variable=previousVersion]$version"
        displayName: Ask which version runs now

`,Y={kubernetes:["Store the kubeconfig of the cluster as the secret variable KUBECONFIG_CONTENT of every pipeline here."],aws:["Store AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as secret variables of the pipeline, and AWS_REGION as a plain one. An agent of your own needs the `aws` program; those of Microsoft have it."]},V=`Rollgate@${O.split(".")[0]??"0"}`,F="          rollbackParameters: version=$(previousVersion)\n";function z(e){let t="script"===e.template;return`${B(e)}${t?U:""}      - task: ${V}
        displayName: Record what runs now
        inputs:
          command: snapshot

      - task: ${V}
        displayName: Make sure that a rollback would work
        inputs:
          command: preflight
${t?F:""}`}function J({template:e}){return`      - task: ${V}
        name: gate
        displayName: Watch, and roll back when it is bad
${"script"===e?`        inputs:
${F}`:""}
      - task: PublishTestResults@2
        condition: always()
        inputs:
          testResultsFiles: rollgate-report/junit.xml
          testRunTitle: Rollgate

      - publish: rollgate-report
        condition: always()
        displayName: Keep the report
`}let Z={noun:"resource class",placeholder:"your-namespace/your-runner"},q={kubernetes:`
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
          command: printf '%s\\n' "$KNOWN_HOSTS" >> ~/.ssh/known_hosts`};function X(e){return m(e)?"":q[e.platform]??""}let Q=`
      - run:
          name: Ask which version runs now
          command: |
            # Two lines: a script that fails must stop the job, and within an echo its failure is lost.
            version=$(./scripts/current-version.sh)
            echo "export ROLLGATE_ROLLBACK_PARAMETERS='version=$version'" >> "$BASH_ENV"`;function ee(e){let t=b(e,Z);return void 0!==t?`    machine: true
    resource_class: ${t} # of the runner on the machine of the engine
`:"aws"===e.platform?`    executor:
      name: rollgate/default
      image: registry.example.com/aws-node # yours, with the aws program and Node 20 or newer
`:`    executor: rollgate/default
`}let et={kubernetes:["Put the kubeconfig of the cluster into this context, as KUBECONFIG_CONTENT."],aws:["Put AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION into this context.","Name an image with the `aws` program and Node 20 or newer in .circleci/config.yml: the release image of Rollgate has no `aws`."]},eo={noun:"label",usual:"self-hosted",placeholder:"YOUR-RUNNER"},er={kubernetes:`
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
`};function ea(e,t){var o;return"aws"===e.platform?(o=t,`
      - name: Log in to AWS
        uses: aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3
        with:
${[...o?["role-to-assume: ${{ vars.AWS_ROLE_ARN }}"]:["aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}","aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}"],"aws-region: ${{ vars.AWS_REGION }}"].map(e=>`          ${e}
`).join("")}`):m(e)?"":er[e.platform]??""}function en({dockerHost:e}){return void 0===e?"":`
env:
  DOCKER_HOST: ${e} # the engine that deploy, snapshot, gate and rollback speak with
`}let es=`
      - name: Ask which version runs now
        id: before
        # Two lines: a script that fails must stop the job, and within an echo its failure is lost.
        run: |
          version=$(./scripts/current-version.sh)
          echo "version=$version" >> "$GITHUB_OUTPUT"
`,ei={kubernetes:["Store the kubeconfig of the cluster as the secret KUBECONFIG (Settings → Secrets and variables → Actions)."],aws:["Make a role that the jobs of this repository may assume by OpenID Connect, and store the variables AWS_ROLE_ARN and AWS_REGION (Settings → Secrets and variables → Actions → Variables): no secret is needed for that. A runner of your own needs the `aws` program; those of GitHub have it."]};function el({dockerHost:e},t){return void 0===e?[]:[`Store the private key that may log in to ${e} as the secret DEPLOY_KEY, and the line of that machine for known_hosts as the variable KNOWN_HOSTS (${t}).`]}function eh(e,{action:t,checkout:o,keepsReport:r,hasOpenId:a,runsOn:n}){let{template:s,branch:i}=e,l="          rollback-parameters: version=${{ steps.before.outputs.version }}\n",h="script"===s,c=h?`        with:
${l}`:"";return`# Made by \`rollgate init\`; it is yours now.
name: Deploy with gate

on:
  push:
    branches: ['${i}']

permissions: {}
${en(e)}
# One deploy at a time.${void 0===s?"":" The rollback workflow has a group of its own: in this one it would wait for us."}
concurrency:
  group: deploy-production
  cancel-in-progress: false

jobs:
  deploy:
    runs-on: ${n??"ubuntu-latest"}
    # With the defaults, watch, rollback and confirmation take at most 23 minutes.
    timeout-minutes: 30
    permissions:
${function({template:e,platform:t},o){return[...void 0===e?["contents: read # check out"]:["actions: write # start the rollback workflow and follow it","contents: read # check out, and read which inputs that workflow declares"],..."aws"===t&&o?["id-token: write # log in to AWS"]:[]].map(e=>`      ${e}
`).join("")}(e,a)}    steps:
      - uses: ${o}
        with:
          persist-credentials: false
${ea(e,a)}${h?es:""}
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
        run: ${k(w(e,"$GITHUB_SHA"),10)}

      - name: Watch, and roll back when it is bad
        uses: ${t}
${c}${r?eu:""}`}function ec(e,t,{action:o,runsOn:r}){var a;if("script"===e)return I("github","yml");let n=j(t,"${{ inputs.rollback_revision }}");return a={head:`# ${K}
`,parameters:L(t),env:en(t),runsOn:r??"ubuntu-latest",permissions:`
      contents: read # check out`,steps:`      - uses: ${A}
        with:
          persist-credentials: false
${ea(t,!1)}
      - name: Roll it back, and prove it
        uses: ${o}
        with:
${y(n.map(([e,t])=>`${e}: ${t}`),10)}        env:
          ROLLBACK: 'true' # the marker: it starts no other rollback
`},`${a.head}name: Rollback
# By this name Rollgate finds its run again when GitHub does not tell which one it is.
run-name: Rollback $\{{ inputs.rollback_target }} $\{{ inputs.rollback_id }}

on:
  workflow_dispatch:
    inputs:
      rollback:
        description: ${T}
        type: boolean
        default: false
${x(a.parameters,6)}
permissions: {}
${a.env}
# A group of its own. In that of the deploy it would wait for the gate, which waits for it.
concurrency:
  group: rollback-production
  cancel-in-progress: false

jobs:
  rollback:
    # Without the marker nothing is done.
    if: inputs.rollback
    runs-on: ${a.runsOn}
    # Less than \`rollback-timeout\`, so that the gate sees how it ends.
    timeout-minutes: 8
    permissions:${a.permissions}
    steps:
${a.steps}`}let eu=`
      - name: Keep the report
        if: always()
        uses: actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0
        with:
          name: rollgate-report
          path: rollgate-report/
          if-no-files-found: ignore
`,ep={noun:"label",placeholder:"YOUR-RUNNER"},ed={id:"gitea",pipelines:[".gitea/workflows"],servers:/(^|\.)gitea\./,...eb({name:"Gitea",folder:".gitea/workflows"})},ef={id:"forgejo",pipelines:[".forgejo/workflows"],servers:/(^|\.)forgejo\.|(^|\.)codeberg\.org$/,...eb({name:"Forgejo",folder:".forgejo/workflows"})},em={kubernetes:["Store the kubeconfig of the cluster as the secret KUBECONFIG (Settings → Actions → Secrets)."],aws:["Store AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as secrets, and AWS_REGION as a variable (Settings → Actions). The job needs an image with the `aws` program; the usual ones of the runner have none."]};function eb({name:e,folder:t}){let o=o=>o.replaceAll(".github/workflows",t).replaceAll("when GitHub does not tell",`when ${e} does not tell`).replace(/uses: (?=[\w-]+\/)/g,"uses: https://github.com/"),r=`${v}@v${O}`;return{runner:ep,plan:e=>({files:[{path:`${t}/deploy-gate.yml`,text:o(eh(e,{action:r,checkout:A,keepsReport:!1,hasOpenId:!1,runsOn:b(e,ep)})),what:"the workflow: snapshot, preflight, deploy, gate"}],deploy:`Put your deploy into the step "Deploy" of ${t}/deploy-gate.yml, and a label of your runners into every runs-on. If another workflow deploys already, move the steps around it there.`,next:[`Where there is ${t}, workflows in other folders are not looked at: move them there too.`,"The report is in rollgate-report/ of the job. Keep it with the action for artifacts that your server has.",...em[e.platform]??[],...el(e,"Settings → Actions")]}),rollback:(e,a)=>({file:{path:`${t}/rollback.yml`,text:o(ec(e,a,{action:r,runsOn:b(a,ep)})),what:"the workflow that rolls a version back"},variables:["ROLLGATE_GITEA_URL","ROLLGATE_GITEA_REPOSITORY","GITEA_TOKEN"],next:["Push both workflows to the default branch, and try the rollback by hand (Actions → Rollback → Run workflow). The token of the job is enough to start it, if the repository lets it write (Settings → Actions → General)."]})}}let eg={noun:"tag",placeholder:"YOUR-RUNNER"},ew=".gitlab/rollgate.yml",ey=".gitlab/rollback.yml",ek=['- if: $ROLLBACK == "true"',"  when: never"],e$={kubernetes:["Store the kubeconfig of the cluster as the variable KUBECONFIG, of the type File (Settings → CI/CD → Variables)."],aws:["Store AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (both masked) and AWS_REGION as variables (Settings → CI/CD → Variables).",`Name an image with the \`aws\` program and Node 20 or newer in ${ew}: the release image of Rollgate has no \`aws\`.`]};function ev(e){let t=b(e,eg);return void 0!==t?[`tags: [${t}] # of the runner on the machine of the engine`]:void 0===e.dockerHost?[]:["before_script: !reference [.engine, before_script]"]}let eE=`
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
`,e_={noun:"label",placeholder:"YOUR-AGENT"},eS="Jenkinsfile.rollback";function eR({platform:e,dockerHost:t}){return void 0!==t?`  environment {
    // The engine that deploy, snapshot, gate and rollback speak with.
    DOCKER_HOST = '${t}'
  }

`:"aws"===e?`  environment {
    // Or the role of the agent.
    AWS_ACCESS_KEY_ID = credentials('aws-access-key-id')
    AWS_SECRET_ACCESS_KEY = credentials('aws-secret-access-key')
    AWS_REGION = 'eu-west-1' // where it is deployed
  }

`:""}function eO(e){let t=b(e,e_);return void 0===t?"any":`{ label '${t}' } // on the machine of the engine`}function eA(e,{dockerHost:t}){return void 0===t?e:["        sshagent(credentials: ['docker-host']) {",...e.split("\n").map(e=>""===e?"":`  ${e}`),"        }"].join("\n")}let eC={kubernetes:["Keep the kubeconfig of the cluster as a Secret file with the id kubeconfig."],aws:["Keep the access key as two credentials of the kind Secret text, with the ids aws-access-key-id and aws-secret-access-key, and change AWS_REGION in the Jenkinsfile. The agent needs the `aws` program."]},eT=e=>e.split("\n").map(e=>e.replace(/^ {8}/,""));function eN(e,t){let{platform:o,template:r}=e,a=void 0!==r&&"snapshot"!==t,n=[...a?["jenkins: 'rollgate'"]:[],..."kubernetes"===o?["kubeconfig: 'kubeconfig'"]:[]],s=[...void 0===t?[]:[`command: '${t}'`],...a&&"script"===r?["rollbackParameters: [VERSION: env.PREVIOUS]"]:[],...0===n.length?[]:[`credentials: [${n.join(", ")}]`]];return`        rollgate(${s.join(", ")})`}let ex=`        script {
          env.PREVIOUS = sh(returnStdout: true, script: './scripts/current-version.sh').trim()
        }
`;function eI(e){return`${"script"===e.template?ex:""}        // Record what runs now, and make sure that a rollback would work.
${eN(e,"snapshot")}
${eN(e,"preflight")}`}function ej(e){return`        // Watch, and roll back when it is bad.
${eN(e)}`}let eL={id:"none",word:"other",pipelines:[],plan:function({texts:e}){return{files:[],next:"report"===e.get("on-unhealthy")?["Nothing is rolled back as long as `on-unhealthy` is `report`: configure a strategy (docs/rollback.md), then take that line out of rollgate.yml."]:[],lines:e=>[`${e} snapshot`,`${e} preflight`,"./scripts/deploy.sh # yours: whatever deploys",`${e} run`]}}},eK=["kubernetes","compose","ecs","lambda","command","pipeline"],eM={kubernetes:{chain:"kubernetes,ci",impliedBy:["kubernetes-workload"],asks:[{id:"kubernetes-workload",text:"The workload, such as deployment/shop"},{id:"kubernetes-namespace",text:"Its namespace",nothing:"what kubectl uses"}],platform:"kubernetes",template:"program"},compose:{chain:"compose,ci",impliedBy:["compose-project","compose-file"],asks:[{id:"compose-project",text:"The project, as docker compose -p",usual:function(e){let t=e.replace(/[/\\]+$/,"").replace(/^.*[/\\]/,"").toLowerCase().replace(/[^a-z0-9_-]/g,"").replace(/^[_-]+/,"");return""===t?"app":t}}],platform:"compose",template:"program"},ecs:{chain:"ecs",impliedBy:["ecs-service"],asks:[{id:"ecs-service",text:"The service, as cluster/service"}],platform:"aws",template:"script",inputs:[["ecs-health","true"]]},lambda:{chain:"lambda",impliedBy:["lambda-alias"],asks:[{id:"lambda-alias",text:"The alias, as function:alias"}],platform:"aws",template:"script"},command:{chain:"command",impliedBy:["rollback-command"],asks:[{id:"rollback-command",text:'The command line that rolls back, such as ./deploy.sh "$ROLLGATE_REVISION"'},{id:"rollback-snapshot-command",text:"The command line that prints which version runs, on one line",nothing:"none"}],platform:"any",template:"script"},pipeline:{chain:"ci",impliedBy:["rollback"],asks:[],platform:"any",template:"script"}},eW=[...new Set(Object.values(eM).flatMap(({impliedBy:e,asks:t})=>[...e.filter(e=>"rollback"!==e),...t.map(({id:e})=>e)]))];function eD(e){return eK.find(t=>eM[t].impliedBy.some(t=>e.has(t)))}let eH=[{id:"github",pipelines:[".github/workflows"],servers:/(^|\.)github\.|\.ghe\.com$/,runner:eo,plan:function(e){return{files:[{path:".github/workflows/deploy-gate.yml",text:eh(e,{action:`${v}@v${O}`,checkout:A,keepsReport:!0,hasOpenId:!0,runsOn:b(e,eo)}),what:"the workflow: snapshot, preflight, deploy, gate"}],deploy:'Put your deploy into the step "Deploy" of .github/workflows/deploy-gate.yml. If another workflow deploys already, move the steps around it there.',next:[...ei[e.platform]??[],...el(e,"Settings → Secrets and variables → Actions")]}},rollback:function(e,t){return{file:{path:".github/workflows/rollback.yml",text:ec(e,t,{action:`${v}@v${O}`,runsOn:b(t,eo)}),what:"the workflow that rolls a version back"},variables:["GITHUB_REPOSITORY","GITHUB_TOKEN"],next:["Push both workflows to the default branch, and try the rollback by hand (Actions → Rollback → Run workflow). The token of the job is enough to start it: no secret is needed for that."]}}},{id:"gitlab",pipelines:[".gitlab-ci.yml"],servers:/(^|[.-])gitlab([.-]|$)/,runner:eg,plan:function(e){var t,o;let r,a,n=void 0!==e.template,s=["include:",...[ew,...n?[ey]:[]].map(e=>`  - local: ${e}`)];return{files:[{path:".gitlab-ci.yml",text:(t=s,r=void 0!==(o=e).template,a=["# Without these lines a rollback would deploy again. Every other job of yours needs them, too.",...ek],`# Made by \`rollgate init\`; it is yours now.
stages: [before, preflight, deploy, watch]

${t.join("\n")}

# Yours: whatever deploys the commit.
release:
  stage: deploy
  resource_group: production
${y(ev(o),2)}  rules:
${r?a.map(e=>`    ${e}
`).join(""):""}    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - ${k(w(o,"$CI_COMMIT_SHA"),6)}
`),what:"the pipeline: before, preflight, deploy, watch",otherwise:["stages: [before, preflight, deploy, watch] # besides your own","",...s,...n?["","# and to every job of yours, so that a rollback does not build and deploy again:","rules:",...ek.map(e=>`  ${e}`)]:[],...0===ev(e).length?[]:["","# and to the job that deploys:",...ev(e)]]},{path:ew,text:function(e){let{platform:t,template:o}=e,r=`$CI_SERVER_FQDN/${v}/rollgate@${O}`,a=(e,o,a)=>[`  - component: ${r}`,"    inputs:",`      job-name: ${e}`,`      stage: ${o}`,...void 0===a?[]:[`      command: ${a}`],..."aws"===t?["      image: registry.example.com/aws-node # yours, with the aws program and Node 20 or newer"]:[],"      if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"].join("\n");return`# Made by \`rollgate init\`: the jobs before and after the deploy.${void 0===o?"":" Its jobs are in no rollback pipeline."}
include:
  # Record what runs now.
${a("snapshot","before","snapshot")}
  # Make sure that a rollback would work: a stage of its own, so that it knows the snapshot.
${a("preflight","preflight","preflight")}
  # Watch, and roll back when it is bad.
${a("gate","watch")}
${"script"===o?eE:""}${function(e){let t=ev(e);if(0===t.length)return"";let o=["snapshot","preflight","gate"].map(e=>`${e}:
${y(t,2)}`).join("");return void 0===e.dockerHost?`
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

${o}`}(e)}`}(e),what:"snapshot, preflight and gate: the jobs around the deploy"}],deploy:'Put your deploy into the job "release" of .gitlab-ci.yml.',next:[...e$[e.platform]??[],...void 0===e.dockerHost?[]:[`Store the private key that may log in to ${e.dockerHost} as the variable DEPLOY_KEY, and the line of that machine for known_hosts as KNOWN_HOSTS, both of the type File (Settings → CI/CD → Variables).`],`The component is found on the same GitLab only: mirror https://github.com/${v} as ${v}, or name the file by \`include: remote\` (docs/gitlab.md, "Without a mirror").`]}},rollback:function(e,t){return{file:{path:ey,text:"script"===e?I("gitlab","yml"):function(e){var t;let[,...o]=j(e,"${ROLLBACK_REVISION:-}"),r=o.map(([e,t])=>` --${e} ${t.includes("$")?`"${t}"`:t}`);return t={head:`# ${K}
`,others:"",image:`${R}:${O}`,setUp:y(ev(e),2),work:`  script:
    - rollgate rollback${r.join("")}
  artifacts:
    when: always
    paths: [rollgate-report]
`},`${t.head}
# Rules of a workflow that .gitlab-ci.yml has replace these, and must let such a pipeline in.
workflow:
  # By this name Rollgate finds its pipeline again when the token may not read variables. Of others it is empty: they have none.
  name: $ROLLBACK_TITLE
  rules:
    - if: $ROLLBACK == "true"
      variables:
        ROLLBACK_TITLE: Rollback $ROLLBACK_TARGET $ROLLBACK_ID
    - when: always
${t.others}
rollback:
  stage: deploy
  image:
    name: ${t.image}
    entrypoint: ['']
${t.setUp}  # Without the marker it is in no pipeline.
  rules:
    - if: $ROLLBACK == "true"
  # A group of its own: in that of the deploy it would wait for the pipeline that waits for it.
  resource_group: rollback
  # Less than \`rollback-timeout\`, so that the gate sees how it ends.
  timeout: 8 minutes
  interruptible: false
  # A second try is for a person to decide.
  retry: 0
${t.work}`}(t),what:"the job that rolls a version back"},variables:["CI_PROJECT_ID","GITLAB_TOKEN"],inputs:[["gitlab-rollback-jobs","rollback"]],next:["Make a project access token with the role Developer and the scope api, and store it as the masked variable GITLAB_TOKEN (Settings → CI/CD → Variables).","Try the rollback by hand: Run pipeline, with the variable ROLLBACK = true."]}}},{id:"circleci",pipelines:[".circleci/config.yml",".circleci"],runner:Z,plan:function(e){let t=function(e){let{template:t,branch:o}=e,r=function(e){var t,o;let r,a,{template:n}=e;if(void 0===n)return{parameters:"",unless:"",workflow:"",watch:"rollgate/gate # Watch, and roll back when it is bad",jobs:""};let s="script"===n?(t=I("circleci","yml"),{parameters:M(a=(0,g.Tp)(t),"parameters"),jobs:M(a,"jobs")}):{parameters:function({platform:e}){return`  rollback:
    description: ${T}
    type: boolean
    default: false
${x("kubernetes"===e?[["rollback_revision",N]]:[],2)}`}(e),jobs:(r=[...j(o=e,"<< pipeline.parameters.rollback_revision >>"),["is-rollback","<< pipeline.parameters.rollback >>"]],`  rollback:
${ee(o)}${void 0===o.dockerHost?"":"    environment: *engine\n"}    steps:
      - checkout${X(o)}
      - rollgate/gate: # Roll it back, and prove it
${y(r.map(([e,t])=>`${e}: ${t}`),10)}      - store_artifacts:
          path: rollgate-report
`)};return{parameters:`parameters:
${s.parameters}
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
${s.jobs}`}}(e);return`# Made by \`rollgate init\`; it is yours now.
version: 2.1

orbs:
  rollgate: ${S}/rollgate@${O}

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
${ee(e)}${function({dockerHost:e}){return void 0===e?"":`    environment: &engine
      DOCKER_HOST: ${e} # the engine that deploy, snapshot, gate and rollback speak with
`}(e)}    steps:
      - checkout${X(e)}${"script"===t?Q:""}
      - rollgate/gate: # Record what runs now
          command: snapshot
      - rollgate/gate: # Make sure that a rollback would work
          command: preflight
      # Yours: whatever deploys the commit.
      - run:
          name: Deploy
          command: ${k(w(e,"$CIRCLE_SHA1"),12)}
      - ${r.watch}
      - store_artifacts:
          path: rollgate-report
      - store_test_results:
          path: rollgate-report
${r.jobs}`}(e);return{files:[{path:".circleci/config.yml",text:t,what:`the pipeline: snapshot, preflight, deploy, gate${void 0===e.template?"":"; and the rollback"}`,otherwise:["# the parts of this that you lack; the steps belong around your own deploy",...t.split("\n").slice(1,-1)]}],deploy:'Put your deploy into the step "Deploy" of the job "deploy".',next:["Make a context named rollgate (Organization Settings → Contexts): its variables are what the jobs know.",...et[e.platform]??[],...void 0===e.dockerHost?[]:[`Give the project the private key that may log in to ${e.dockerHost} (Project Settings → SSH Keys), and put the line of that machine for known_hosts into this context, as KNOWN_HOSTS.`]]}},rollback:function(){return{variables:["CIRCLE_PROJECT_SLUG","CIRCLE_TOKEN"],next:["Make a personal API token, best of a user made for it, and put it into this context as CIRCLE_TOKEN.","Try the rollback by hand: Trigger Pipeline, with the parameter rollback set to true."]}}},{id:"jenkins",pipelines:["Jenkinsfile"],runner:e_,plan:function(e){var t;let o=eR(e).trimEnd(),r=""===o?[]:o.split("\n");return{files:[{path:"Jenkinsfile",text:(t=e,`// Made by \`rollgate init\`; it is yours now.
@Library('rollgate@v${O}') _

pipeline {
${void 0===t.template?"":"  // The gate holds its executor while it waits for the rollback job, which needs another one.\n"}  agent ${eO(t)}

${eR(t)}  stages {
    stage('Before') {
      steps {
${eA(eI(t),t)}
      }
    }
    stage('Deploy') {
      steps {
${eA(`        // Yours: whatever deploys the commit.
${function(e){let[t="",...o]=e;return 0===o.length?`        sh '${t}'`:`        sh '''
${y(e,10)}        '''`}(w(t,"$GIT_COMMIT"))}`,t)}
      }
    }
    stage('Gate') {
      steps {
${eA(ej(t),t)}
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
`),what:"the pipeline: snapshot, preflight, deploy, gate",otherwise:["@Library('rollgate@v"+O+"') _","",...0===r.length?[]:[...r.map(e=>e.slice(2)),""],"// in a stage before the deploy",...eT(eI(e)),"","// in a stage behind it",...eT(ej(e))]}],deploy:'Put your deploy into the stage "Deploy" of the Jenkinsfile.',next:[`Add the library (Manage Jenkins → System → Global Trusted Pipeline Libraries): name rollgate, retrieval Modern SCM from https://github.com/${v}.git, library path templates/jenkins/. The agent needs Node 20 or newer.`,...eC[e.platform]??[],...void 0===e.dockerHost?[]:[`Install the plugin SSH Agent, and keep the private key that may log in to ${e.dockerHost} as "SSH Username with private key", with the ID "docker-host". The known_hosts of the agents needs the line of that machine.`]]}},rollback:function(e,t){var o,r;let a,n=t.texts.get("jenkins-job")??"rollback";return{file:{path:eS,text:"script"===e?I("jenkins","Jenkinsfile"):(a=[...j(o=t,"params.ROLLBACK_REVISION").map(([e,t])=>`${(0,$.yp)(e)}: ${t.startsWith("params.")?t:`'${t}'`}`),..."kubernetes"===o.platform?["credentials: [kubeconfig: 'kubeconfig']"]:[]],r={head:`// ${K}
@Library('rollgate@v${O}') _

pipeline {
  // It needs an executor besides that of the gate, which holds its own while it waits.
`,parameters:L(o),agent:eO(o),options:"",environment:eR(o),steps:`${eA(`        rollgate(${a.join(", ")})`,o)}
`,post:`
  post {
    always {
      archiveArtifacts(artifacts: 'rollgate-report/**', allowEmptyArchive: true)
    }
  }
`},`${r.head}  agent ${r.agent}

  options {
    // Less than \`rollback-timeout\`, so that the gate sees how it ends.
    timeout(time: 8, unit: 'MINUTES')
    // One after the other. Should this be the job of the deploy, they would wait for each other.
    disableConcurrentBuilds()
${r.options}  }

  parameters {
    booleanParam(name: 'ROLLBACK', defaultValue: false, description: '${T}')
${r.parameters.map(([e,t])=>`    ${"rollback_revision"===e?"text":"string"}(name: '${e.toUpperCase()}', defaultValue: '', description: '${t}')
`).join("")}  }

${r.environment}  stages {
    stage('Rollback') {
      // Without the marker nothing is done.
      when { expression { params.ROLLBACK } }
      steps {
${r.steps}      }
    }
  }
${r.post}}
`),what:"the job that rolls a version back"},variables:["JENKINS_URL","JENKINS_USER","JENKINS_TOKEN"],inputs:[["jenkins-job","rollback"]],next:[`Make a Pipeline job named ${n} from the script path ${eS} of this repository, and run it once: Jenkins learns its parameters when it runs.`,'Make an API token of a user that may start and read that job, and store them as a "Username with password" credential with the ID "rollgate".']}}},{id:"azure",pipelines:["azure-pipelines.yml","azure-pipelines.yaml",".azure-pipelines"],servers:/(^|\.)dev\.azure\.com$|\.visualstudio\.com$/,runner:W,plan:function(e){var t;let o=`${z(e)}
      # here your deploy

${J(e)}`;return{files:[{path:"azure-pipelines.yml",text:(t=e,`# Made by \`rollgate init\`; it is yours now.
trigger:
  branches:
    include:
      - '${t.branch}'
pr: none
${P(t)}
jobs:
  - job: deploy
    # With the defaults, watch, rollback and confirmation take at most 23 minutes.
    timeoutInMinutes: 30
    pool:
      ${G(t)}
    steps:
${z(t)}
      # Yours: whatever deploys the commit.
      - script: ${k(w(t,"$(Build.SourceVersion)"),10)}
        displayName: Deploy

${J(t)}`),what:"the pipeline: snapshot, preflight, deploy, gate",otherwise:o.split("\n").map(e=>e.replace(/^ {6}/,""))}],deploy:'Put your deploy into the step "Deploy" of azure-pipelines.yml.',next:[`Install the extension Rollgate of the publisher ${_}, or have an administrator do it (docs/azure-devops.md shows how to do without).`,...Y[e.platform]??[],...void 0===e.dockerHost?[]:[`Upload the private key that may log in to ${e.dockerHost} as the secure file docker-host (Pipelines → Library), and store the line of that machine for known_hosts as the variable KNOWN_HOSTS of every pipeline here.`]]}},rollback:function(e,t){var o,r;let a,n,s=t.texts.get("azure-pipeline")??"Rollback";return{file:{path:D,text:"script"===e?I("azure-devops","yml"):(a="${{ parameters.rollback_revision }}",n=j(o=t,a).flatMap(([e,t])=>t===a?["${{ if ne(parameters.rollback_revision, 'none') }}:",`  ${(0,$.yp)(e)}: ${t}`]:[`${(0,$.yp)(e)}: ${t}`]),r={head:`# ${K}
`,parameters:L(o),variables:P(o),pool:G(o),checkout:"self",steps:`
${B(o).replace(/^(?=.)/gm," ".repeat(14))}                    - task: ${V}
                      displayName: Roll it back, and prove it
                      inputs:
${y(n,24)}                      env:
                        ROLLBACK: 'true' # the marker: it starts no other rollback
`},`${r.head}# Runs only when it is started.
trigger: none
pr: none

# Of the environment of the rollback, which is none of the deploy's: in that it would wait for the gate, which waits for it.
lockBehavior: sequential

parameters:
  - name: rollback # ${T}
    type: boolean
    default: false
${r.parameters.map(([e,t])=>`  - name: ${e} # ${t}
    type: string
    default: none
`).join("")}${r.variables}
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
              ${r.pool}
            strategy:
              runOnce:
                deploy:
                  steps:
                    - checkout: ${r.checkout}
                    - download: none
${r.steps}`),what:"the pipeline that rolls a version back"},variables:["AZURE_DEVOPS_ORG","AZURE_DEVOPS_PROJECT","AZURE_DEVOPS_PAT"],inputs:[["azure-pipeline","Rollback"]],next:[`Make a pipeline of the file ${D} (New pipeline → Existing Azure Pipelines YAML file), name it ${s}, and let the build service queue, view and stop builds of it (Manage security).`,"Run the rollback pipeline once by hand: the first run asks for permissions. The token of the job is enough to start it: no secret is needed for that."]}}},ed,ef,eL];function eB(e,t){let{system:o,way:r,texts:a}=e,n=void 0===eG(o).rollback?void 0:(0,p.ry)(a.get("rollback")??eM[r].chain).includes("ci")?eM[r].template:void 0;return{...e,branch:t,platform:eM[r].platform,template:n}}let eP={aws:["AWS_REGION","AWS_ACCESS_KEY_ID","AWS_SECRET_ACCESS_KEY"]};function eG(e){let t=eH.find(({id:t})=>t===e);if(void 0===t)throw Error(`there is no wrapper for ${e}`);return t}function eU(e){let{system:t,way:o,texts:r}=e,{rollback:a}=eG(t),{inputs:n=[]}=eM[o],s=eB(e,"main"),{template:l}=s,h=new Map([...function({system:e,way:t,texts:o}){let r=o.has("helm-release")&&["kubernetes","pipeline"].includes(t),a=void 0!==eG(e).rollback,n=[...r?["helm"]:[],...(0,p.ry)(eM[t].chain).filter(e=>"ci"!==e||a)];return n.length>0?[["rollback",n.join(",")]]:[...o.keys()].some(e=>{let{strategy:t,configures:o}=(0,i.wg)(e);return"rollback"===e||"ci"!==t&&!0===o})?[]:[["on-unhealthy","report"]]}(e),...n,...(void 0===l?void 0:a?.(l,s).inputs)??[],...r]);return void 0!==a&&void 0===l?h.delete("ci-system"):h.set("ci-system",t),h}let eY={url:"Probed twice a second: pick a page that exercises the database.","health-url":"Probed every 5 s: three failed probes in a row are an outage.","prometheus-url":"Its counters say how many requests of real users succeed.",rollback:"How it is rolled back: these ways, one after the other.","ci-system":"Where the rollback pipeline runs. Its token is a secret: keep it out of files."},eV=/^(true|false|\d+(\.\d+)?)$/,eF="rollgate.schema.json",ez=`# yaml-language-server: $schema=./${eF}`;class eJ extends Error{name="Unanswered";constructor(){super("a question was not answered")}}async function eZ(e,t){let{text:o,usual:r,parse:a}=t;for(;;){let t=(await e.ask(`${o}${void 0===r?"":` [${r}]`}: `)).trim(),n=""===t?r:t;if(void 0===n){e.say("  this needs an answer");continue}let s=a(n);if(s.ok)return s.value;e.say(`  ${(0,c.Yt)(s.problem)}`)}}function eq(e){return t=>{let o=t.toLowerCase(),r=e.filter(e=>e.startsWith(o)),a=e.find(e=>e===o)??(1===r.length?r[0]:void 0);if(void 0!==a)return(0,n.u)(a);let s=`answer ${e.join(", ")}`,i=(0,d.au)(o,e);return(0,n.M)("please choose one of the listed words",void 0===i?s:`${i} ${s}`)}}function eX(e){return t=>{let o=(0,i.wg)(e).parse(t);return o.ok?(0,n.u)(t):o}}function eQ(e){let t=e.toLowerCase();return["y","yes"].includes(t)?(0,n.u)(!0):["n","no"].includes(t)?(0,n.u)(!1):(0,n.M)("this is neither yes nor no","answer y or n")}let e0=eH.map(({id:e})=>e),e1=eH.map(({id:e,word:t=e})=>t);async function e8(e,t){let o=await eZ(t,{text:"How should Rollgate watch the service? url = send it requests, prometheus = read its metrics",usual:"url",parse:e2});"prometheus"!==o?("url"!==o&&e.set("url",o),await e7(e,t,"url","URL to probe (a GET request every 500 ms; pick one that exercises the database)"),await e6(e,t,"health-url","The address of its health check","the same")):(await e7(e,t,"prometheus-url","The address of the Prometheus server"),await async function(e,t){let o=await eZ(t,{text:"Whose metrics: istio, nginx-ingress, spring, or others?",usual:"others",parse:eq(["istio","nginx-ingress","spring","others"])});if("others"!==o){e.set("prometheus-preset",o),await e7(e,t,"prometheus-selector",'The labels of the service, such as app="shop"');return}await e7(e,t,"prometheus-total",'The counter of all requests, such as http_requests_total{app="shop"}'),await e7(e,t,"prometheus-errors",'The counter of failed ones, such as http_requests_total{app="shop",code=~"5.."}')}(e,t))}let e3="the machine of the runner";function e2(e){return/^https?:\/\//i.test(e)?eX("url")(e):eq(["url","prometheus"])(e)}function e5(e){if(e0.includes(e.toLowerCase()))return(0,n.u)(e.toLowerCase());let t=eq(e1)(e);return t.ok?(0,n.u)(e0[e1.indexOf(t.value)]??t.value):t}async function e7(e,t,o,r,a){if(e.has(o))return;let n=await eZ(t,{text:r,...void 0===a?{}:{usual:a},parse:eX(o)});e.set(o,n)}async function e6(e,t,o,r,a){if(e.has(o))return;let s=await eZ(t,{text:r,usual:a,parse:e=>e===a?(0,n.u)(""):eX(o)(e)});""!==s&&e.set(o,s)}function e4({texts:e,isWatched:t}){return t||e.has("url")||e.has("prometheus-url")}var e9=o(70933);function te(e,t){return(0,n.M)(`${e} cannot be read, so its services are not known: ${t.replace(/:$/,"")}`)}function tt(e){return(0,e9.Gv)(e)&&!Array.isArray(e)}var to=o(76760);let tr=v.startsWith("OWNER/"),ta=e=>RegExp(`(^|[^@/\\w])${e}(?![\\w/-])`),tn=[{name:v,isIn:RegExp(`(^|[^@\\w])${v}|@Library\\('rollgate@`),to:"the repository of your copy of Rollgate"},{name:R,isIn:RegExp(`${R}|${v}/rollgate@|rollgate/default`),to:"the image that you build of its Dockerfile"},{name:`${S}/rollgate`,isIn:RegExp(`rollgate: ${S}/rollgate@`),to:"the orb that you publish of its dist/orb.yml"},{name:E,isIn:RegExp(`@Library\\('rollgate@|rollgate/gate|${v}/rollgate@`),how:"which is run by",to:"the npm package that you publish"},{name:_,isIn:/task: Rollgate@/,how:"the publisher of the extension, in",to:"yours"}],ts={name:"registry.example.com/aws-node",isIn:ta("registry.example.com/aws-node"),to:"an image of yours with the `aws` program and Node 20 or newer"},ti=/^[\w][\w./-]*$/;function tl(e,t){try{return e.read(t)??""}catch{return""}}var th=o(38357),tc=o(89383),tu=o(62077),tp=o(79994),td=o(30010),tf=o(18528);let tm="rollgate.yml",tb=["compose.yaml","compose.yml","docker-compose.yml","docker-compose.yaml"],tg=["url","health-url","prometheus-url","prometheus-preset","prometheus-selector","prometheus-total","prometheus-errors",...eW];async function tw(e){var t,o,m,b,w,y;let{entry:k,console:$}=e,{flags:v,switches:_}=(0,r.S)(k.argv),S=e.resolution.origins["ci-system"].level<=4,R=v.get("ci-system")??e.settings["ci-system"]??"",A=S?(t=R.trim().toLowerCase(),e0.includes(t)?(0,n.u)(t):(0,n.M)(`there is no wrapper for ${(0,d.hD)(t)}`,`${(0,d.au)(t,e0)??"name"} one of ${e0.join(", ")}`)):void 0,C=[...A?.ok===!1?[{subject:"ci-system",...A.problem}]:e.problems,...[...v.keys()].flatMap(e=>"command"===e?[]:!0===(0,i.wg)(e).secret?[{subject:`--${e}`,message:"this is a secret, which must not be in a file of the repository",fix:`leave it out; keep it in the CI system, as \`${(0,l.DA)(e)}\``}]:!1===(0,i.wg)(e).inFile?[{subject:`--${e}`,message:`this cannot be set in ${tm}`,fix:"leave it out"}]:[])];if(C.length>0)throw new c.eb(C);let T=k.files.read(tm),N=_.has("yes")?void 0:function({entry:e,console:t}){let{ask:o}=e;if(void 0!==o)return{async ask(e){let r=await o(t.clean(e));if(void 0===r)throw new eJ;return r},say:e=>{t.line(e)}}}(e);try{let t,r,d=function({entry:e,info:t,resolution:o},r,s,h){var u,p;let d,m,b,w,y,k,$=void 0===s?void 0:(0,a.readConfigFile)(tm,s),v=new Map($?.texts);for(let t of tg){let o=e.env[(0,l.DA)(t)]?.trim()??"";""!==o&&v.set(t,o)}for(let e of i.Zp){let t=r.get(e)?.trim()??"";"command"!==e&&""!==t&&v.set(e,t)}let E=eH.find(({id:e})=>e===$?.texts.get("ci-system"))?.id,_=eH.find(({id:e})=>e===t.system)?.id;return{texts:v,system:h??E??_,repository:(y=function(e){if("absent"===e.real(".git"))return;let[,t]=/^gitdir: (.+)$/m.exec(tl(e,".git"))??[];if(void 0===t)return".git";let o=tl(e,`${t}/commondir`).trim();return""===o?t:/^([/\\]|[A-Za-z]:)/.test(o)?o:`${t}/${o}`}(u=e.files),{signs:(k=eH.flatMap(({id:e,pipelines:t})=>{let o=t.find(e=>"absent"!==u.real(e));return void 0===o?[]:[{system:e,sign:o}]})).length>0?k:(m=(d=[...(void 0===y?"":tl(u,`${y}/config`)).matchAll(/^\s*\[remote "(.*)"\]([^[]*)/gm)].flatMap(([,e,t=""])=>{let[,o]=/^\s*url\s*=\s*(\S+)/m.exec(t)??[];return void 0===o?[]:[{name:e,host:function(e){let[,t=""]=/^(?:[a-z][a-z+]*:\/\/)?(?:[^@/]*@)?([\w.-]+)/i.exec(e)??[];return t.toLowerCase()}(o)}]})).find(({name:e})=>"origin"===e)??d[0],b=eH.find(({servers:e})=>e?.test(m?.host??"")),void 0===m||void 0===b?[]:[{system:b.id,sign:`the remote ${m.host}`}]),isGit:void 0!==y,branch:void 0===y?"main":function(e,t){let[,o]=/^ref: refs\/remotes\/origin\/(.+)$/m.exec(tl(e,`${t}/refs/remotes/origin/HEAD`))??[],r=["main","master"].find(o=>"absent"!==e.real(`${t}/refs/heads/${o}`)),[,a]=/^ref: refs\/heads\/(.+)$/m.exec(tl(e,`${t}/HEAD`))??[];return[o,r,a].find(e=>void 0!==e&&ti.test(e))??"main"}(u,y)}),isWatched:o.targets.some(({checks:e,settings:t})=>e.length>0||["kubernetes-health","compose-health","ecs-health"].some(e=>t[e])),compose:function(e){let t=tb.find(t=>"absent"!==e.real(t));if(void 0!==t)try{return function(e,t){try{let o=(0,g.Tp)(t,{merge:!0,logLevel:"silent"}),[r]=o.errors;if(void 0!==r)return te(e,r.message.split("\n")[0]??"");let a=o.toJS()??{};if(!tt(a))return te(e,"it is not a mapping");let{services:s={}}=a;return tt(s)?(0,n.u)({path:e,services:Object.keys(s)}):te(e,"`services` is not a mapping")}catch(t){return te(e,(0,c.bD)(t))}}(t,e.read(t)??"")}catch(e){return(0,n.M)(`${t} cannot be read, so its services are not known: ${(0,c.bD)(e)}`)}}(e.files),folder:(w=e.files.real("."),"string"==typeof w?"":w.path),dockerHost:(p=e.env.DOCKER_HOST??"",f.test(p)?p:void 0)}}(e,v,T,A?.ok===!0?A.value:void 0);d.repository.isGit||$.line("note: this folder is not the root of a git repository; CI systems look for their files there");let S=void 0===N?function(e){let t=function({system:e,repository:{signs:t}}){let[o,...r]=t;return e??(0===r.length?o?.system:void 0)}(e),o=[];if(void 0===t&&o.push(function({signs:e}){return{subject:"ci-system",message:0===e.length?"nothing in this folder shows which CI system it is for":`this folder may be for several CI systems: ${e.map(({system:e,sign:t})=>`${e} (${t})`).join(", ")}`,fix:`name it: \`--ci-system ${e0.join("`, `")}\``}}(e.repository)),e4(e)||o.push({subject:"url",message:"there is nothing to watch",fix:"give `--url https://...` (and `--health-url`), or `--prometheus-url` with its selectors"}),void 0===t||o.length>0)throw new c.eb(o);let{texts:r,dockerHost:a}=e;return{system:t,way:eD(r)??"pipeline",texts:r,dockerHost:a}}(d):await async function(e,t){let o=new Map(e.texts),r=e.system??await async function({signs:e},t){let[o,...r]=e;for(let{system:o,sign:r}of e)t.say(`  Detected ${o} (${r})`);return eZ(t,{text:`Which CI system: ${e1.join(", ")}?`,...void 0!==o&&0===r.length?{usual:o.system}:{},parse:e5})}(e.repository,t),a=(e,r,a)=>e7(o,t,e,r,a),s=(e,r,a)=>e6(o,t,e,r,a);e4(e)||await e8(o,t);let i=function(e){if("pipeline"===eD(e))return(0,p.ry)(e.get("rollback")??"").map(e=>eK.find(t=>t===e)).find(e=>void 0!==e)}(e.texts),l=void 0===i?eD(e.texts):void 0;if(void 0===l){for(let{id:o,text:n,usual:h,nothing:c}of eM[l=i??await async function(e,{compose:t},o){let r=void 0!==eG(e).rollback,a=[...eK.filter(e=>"pipeline"!==e),r?"pipeline":"report"],n=await eZ(o,{text:`How is a bad version rolled back: a workload of kubernetes, a project of compose, a service of ecs, an alias of lambda, a command of your own, or ${r?"a pipeline with your own deploy script":"not at all, but only a report of it"}?`,usual:void 0!==t?"compose":r?"pipeline":"report",parse:eq(a)});return eK.find(e=>e===n)??"pipeline"}(r,e,t)].asks)await (void 0===c?a(o,n,h?.(e.folder)):s(o,n,c));if("compose"===l)return await async function(e,t,{compose:o}){if(void 0===o||e.has("compose-service")||e.has("compose-file"))return;if(!o.ok)return void t.say(`  ${o.problem.message}`);let{path:r,services:a}=o.value,[s,...i]=a;if(void 0===s)return;let l=0===i.length,h=await eZ(t,{text:l?`The service to roll back (${r} has ${s})`:`The services to roll back, separated by commas (${r} has ${a.join(", ")})`,usual:l?s:"all",parse:e=>{let t=(0,p.ry)(e).find(e=>!a.includes(e));return void 0!==t&&("all"!==e||l)?(0,n.M)(`${r} has no service ${t}`,`answer of ${a.join(", ")}`):(0,n.u)(e)}});(l||"all"!==h)&&e.set("compose-service",h)}(o,t,e),{system:r,way:l,texts:o,...await async function(e,{dockerHost:t},o){let{runner:r}=eG(e);if(void 0===r)return{};let a=await eZ(o,{text:"Where the Docker engine is, as DOCKER_HOST, such as ssh://deploy@web-1.example.com",usual:t??e3,parse:e=>e===e3||f.test(e)?(0,n.u)(e):(0,n.M)("this is not an address for ssh","write it like ssh://deploy@web-1.example.com")});return a!==e3?{dockerHost:a}:{runner:await eZ(o,{text:`The ${r.noun} of your runner on that machine`,...void 0===r.usual?{}:{usual:r.usual},parse:e=>/^[\w./-]+$/.test(e)?(0,n.u)(e):(0,n.M)(`this is not a ${r.noun}`,"use letters, digits, and _ . / - only")})}}(r,e,t)}}return{system:r,way:l,texts:o,dockerHost:e.dockerHost}}(d,N);for(let e of(void 0===N&&"compose"===S.way&&d.compose?.ok===!1&&$.line(`warning: ${d.compose.problem.message}`),function({compose:e,texts:t}){if(e?.ok!==!0||t.has("compose-file"))return[];let{path:o,services:r}=e.value;return(0,p.ry)(t.get("compose-service")??"").filter(e=>!r.includes(e)).map(e=>`warning: compose-service: ${o} has no service ${e}; it has ${r.join(", ")}`)}(d)))$.line(e);let R=await async function(e,t,{person:o,configOf:r}){for(let a=t;;){let t=await async function(e,t){let{entry:o}=e,r=await (0,tu.fA)({...o,files:{...o.files,read:e=>e===tm?t:o.files.read(e)},argv:["validate","--config",tm]}),a=[];try{if(r.problems.length>0)return a;for(let t of(0,tu.pW)(r)){let o=(await (0,tu.tg)(t)).filter(({source:e})=>"http"===e),r=await (0,tf.pI)(t,o,{looks:1,timeoutMs:3e3,unanswered:{passed:!1,detail:`no answer in ${(0,u.a3)(3e3)}`,ms:3e3}});(0,th.c2)(e,(0,tf.ps)(r,o),"Rollgate init"),a.push(...r.filter(({detail:e})=>"connection refused"===e).map(({subject:e})=>e))}}catch(e){if(!(0,h.mm)(o.signal))throw e}finally{r.close()}return a}(e,r(a)),{texts:n}=a,s=["url","health-url"].flatMap(e=>(0,p.ry)(n.get(e)??"")).map(u.Zq),i=t.find(e=>s.includes(e));if(void 0===o||void 0===i)return a;let l={text:`${i} refuses connections. Use it all the same (y/n)?`,usual:"n",parse:eQ};if(await eZ(o,l))return a;let c=new Map(n);for(let e of["url","health-url"])c.delete(e);await e8(c,o),a={...a,texts:c}}}(e,S,{person:N,configOf:e=>(function({files:e}){return e.find(({path:e})=>e===tm)?.text??""})(ty(e,d,T))}),{files:C,deploy:x,next:I,...j}=ty(R,d,T),{placed:L,problems:K}=(o=k.files,r=[],{placed:C.flatMap(e=>{try{let t=function(e,t){var o;let{real:r}=t,a=(o=r("."),("string"==typeof o?void 0:o.path)??"."),s=e.split("/");for(let e=s.length;e>0;e-=1){let o=r((0,to.join)(...s.slice(0,e)));if("absent"!==o){if("broken"===o)return(0,n.M)(`${s.slice(0,e).join("/")} is a link that leads nowhere`,"remove it");if(!function(e,t){let o=(0,to.relative)(e,t);return".."!==o&&!o.startsWith(`..${to.sep}`)&&!(0,to.isAbsolute)(o)}(a,o.path))return(0,n.M)("would be written outside of this folder, because a link leads there",`look at ${s.slice(0,e).join("/")}`);if(e<s.length&&function(e,{read:t}){try{return void 0!==t(e)}catch{return!1}}(o.path,t))return(0,n.M)(`${s.slice(0,e).join("/")} is a file, and a folder is needed there`);return(0,n.u)((0,to.join)(o.path,...s.slice(e)))}}return(0,n.u)((0,to.join)(a,...s))}(e.path,o);if(!t.ok)return r.push({subject:e.path,...t.problem}),[];let a=o.read(t.value);return[{...e,place:t.value,state:function({text:e,otherwise:t},o){return void 0===o?"new":o.replaceAll("\r\n","\n")===e?"same":void 0===t?"other":"theirs"}(e,a)}]}catch(t){return r.push({subject:e.path,message:`cannot be read: ${(0,c.bD)(t)}`}),[]}}),problems:r});if(K.length>0)throw new c.eb(K);let M=await async function(e,{isForced:t,person:o}){let r=e.filter(({state:e})=>"other"===e);if(!t&&void 0===o&&r.length>0)throw new c.eb(r.map(({path:e})=>({subject:e,message:"already exists with different content",fix:"use `--force` to overwrite it, or move it away"})));let a=[];for(let r of e){let e={text:`${r.path} already exists with different content. Replace it (y/n)?`,usual:"n",parse:eQ};("new"===r.state||"other"===r.state&&(t||void 0!==o&&await eZ(o,e)))&&a.push(r)}return a}(L,{isForced:_.has("force"),person:N}),W=M.find(({path:e})=>e===tm)?.text??T;if(await tk(e,{...k.files,read:e=>e===tm?W:k.files.read(e)}),k.signal.aborted)throw new eJ;let D=await async function({entry:e,console:t},o){let r=[];for(let a of o){try{await async function({place:e,text:t},o){await o.mkdir((0,to.dirname)(e),{recursive:!0}),await o.writeFile(e,t)}(a,e.files)}catch(o){let e=0===r.length?"nothing was written":`only ${r.join(", ")} ${1===r.length?"was":"were"} written`;return t.line(`${e}: ${a.path} could not be written: ${(0,c.AG)(o)}`),s.hS.usage}r.push(a.path)}}(e,M);if(void 0!==D)return D;(function({console:e},{system:t},o,r){let a=Math.max(...o.map(({path:e})=>e.length)),n=(t,o)=>{if(0!==o.length)for(let{path:r,what:n}of(e.line(t),o))e.line(`  ${r.padEnd(a)}  ${n}`)},s=o.filter(e=>!r.includes(e));for(let{path:o,otherwise:a=[]}of(n(t===eL.id?"Written:":`Written for ${(0,tp.Vb)(t)}:`,r),n("Already there:",s.filter(({state:e})=>"same"===e)),n("Left as they are:",s.filter(({state:e})=>"other"===e)),s.filter(({state:e})=>"theirs"===e)))for(let t of(e.line(`${o} is your pipeline, and was not touched. Add to it:`),a))e.line(""===t?"":`    ${t}`)})(e,R,L,M),await tk(e,k.files),$.line(`\`rollgate validate\`: ${tm} is valid`);let{runner:H}=eG(R.system),B=[function(e,t){let o=[...tr?tn:[],ts,...void 0===t?[]:[{name:t.placeholder,isIn:ta(t.placeholder),to:`the ${t.noun} of your runner on the machine of the Docker engine`}]].flatMap(({name:t,isIn:o,how:r="in",to:a})=>{let n=e.filter(({text:e})=>o.test(e)).map(({path:e})=>e),s="in"===r?" in":`, ${r}`;return 0===n.length?[]:[`\`${t}\`${s} ${n.join(", ")}  →  ${a}`]});if(0===o.length)return[];let r=o.some(e=>tn.some(({name:t})=>e.startsWith(`\`${t}\``)));return[["Replace these placeholders before you commit: they could be anybody else's.",...o,...r&&tr?["Or set your names in release.config.json of your copy of Rollgate, run `npm run generate` and `npm run build` there, and run `init` from it again: then its names are right."]:[]].join("\n")]}((m=L,b=M,m.flatMap(e=>{let{path:t,text:o,state:r,otherwise:a=[]}=e;return"theirs"===r?[{path:t,text:a.join("\n")}]:"same"===r||b.includes(e)?[{path:t,text:o}]:[]})),H),(w=L,y=x,t=w.find(({state:e,otherwise:t})=>"theirs"===e&&void 0!==t),void 0!==t?[`Put the lines above into ${t.path}, around your deploy.`]:void 0===y?[]:[y]),I];return function({console:e,entry:t},o,{variables:r,lines:a}){let n=tr?`node ${/\s/.test(t.self.script)?`"${t.self.script}"`:t.self.script}`:`npx --yes ${E}@${O}`,s=`\`${n} preflight\` says what is still missing${0===r.length?"":`, here with the variables ${r.join(", ")}`}. In the pipeline it runs before every deploy.`,i=[...void 0===a?[]:[["Run these lines in your pipeline, in the folder of rollgate.yml and in this order; stop at the first one that fails:",...a(n)]],...[...o,s].map(e=>e.split("\n"))];for(let[t,[o="",...r]]of(e.line("Next steps:"),i.entries()))for(let a of(e.line(`  ${String(t+1)}. ${o}`),r))e.line(`       ${a}`)}(e,B.flat(),j),s.hS.healthy}catch(e){if(!(e instanceof eJ))throw e;return $.line("Nothing was written."),k.signal.aborted?s.hS.cancelled:s.hS.usage}}function ty(e,t,o){let r=new Map(e.texts);eU(e).has("ci-system")||r.delete("ci-system");let n=void 0===o?void 0:(0,a.readConfigFile)(tm,o).texts,s=void 0!==n&&[...r].every(([e,t])=>n.get(e)===t),l=s?r:eU(e),h={path:tm,text:s?(o??"").replaceAll("\r\n","\n"):[ez,"# Keep this file in the repository root.","# `rollgate validate` prints every effective value and its source.",...i.Zp.flatMap(e=>{let t=l.get(e);if(void 0===t)return[];let o="ci-system"===e&&t===eL.id?"No CI system is asked to run a rollback pipeline.":eY[e];return[...void 0===o?[]:[`# ${o}`],function(e,t){if(eV.test(t))return`${e}: ${t}`;let{shape:o}=(0,i.wg)(e).type,r=t.split("\n").filter(e=>""!==e.trim()),a=("list"===o||"pairs"===o)&&r.length>1?r:t;return(0,g.As)({[e]:a},{lineWidth:0}).trimEnd()}(e,t)]}),""].join("\n"),what:"what is watched, and how it is rolled back"},c=function(e,t){var o;let r,a=eB(e,t),{template:n,platform:s}=a,i=eG(e.system),{files:l,next:h,...c}=i.plan(a),u=void 0===n?void 0:i.rollback?.(n,a);return{...c,files:[...l,...u?.file===void 0?[]:[u.file]],next:[...(r=void 0===(o=i.runner)?void 0:b(a,o),void 0===o||void 0===r||r===o.placeholder?[]:[`Every job here runs on the machine of the Docker engine: make sure that a runner there has the ${o.noun} ${r}. An engine on another machine: run \`init\` with DOCKER_HOST=ssh://user@host.`]),...h,...function({way:e,texts:t}){return"aws"===eM[e].platform?[`Give what the jobs log in to AWS with the rights that docs/strategies/${e}.md lists, and those that your deploy needs.`]:"command"!==e?[]:["`rollback-command` runs in the job of the gate: give that job the programs and the credentials that it needs.",...t.has("rollback-snapshot-command")?["`rollback-snapshot-command` runs in the jobs of snapshot, preflight and gate: it needs the same."]:['Set `rollback-snapshot-command`, which prints the version that runs: without it a rollback may undo the deploy of somebody else (docs/strategies/command.md, "A memory").']]}(e),..."script"===n?["Write scripts/current-version.sh, which prints the version that runs, and have scripts/deploy.sh deploy the version that it is given: the rollback calls it with the one before."]:[],...u?.next??[]],variables:[...u?.variables??[],...eP[s]??[]]}}({...e,texts:l},t.repository.branch),u=h.text.startsWith(`${ez}
`)?[{path:eF,text:(0,tc.Q)(i.QL),what:`what editors complete and check ${tm} with`}]:[];return{...c,files:[h,...u,...c.files]}}async function tk(e,t){let{entry:o,console:r}=e,a=()=>void 0,n=await (0,tu.fA)({...o,files:t,argv:["validate","--config",tm]});try{let e={...r,line:a,group:a,annotate:a,live:a,of:()=>e};await (0,td.validate)({...n,console:e})}finally{n.close()}}}),30010:((e,t,o)=>{o.r(t),o.d(t,{validate:()=>p});var r=o(3178),a=o(62561),n=o(88402),s=o(75183),i=o(85541),l=o(87700),h=o(62077),c=o(38357),u=o(50742);async function p(e){let{console:t}=e;(0,h.er)(e);let o=await Promise.all((0,h.pW)(e).map(async e=>({target:e,checks:await (0,h.tg)(e)}))),s=e.problems.length>0?e.problems:o.flatMap(({target:e,checks:t})=>(0,h.XJ)(e,function(e,t){let{resolution:o,settings:r}=e;return[...(0,c.lw)([...t,...o.writtenSources]),..."rollback"===r["on-unhealthy"]?(0,c.Yy)(e):[]]}(e,t)));if(s.length>0)throw new l.eb(s);for(let{target:n,checks:s}of(o.length>1&&t.group("effective configuration",d(e.resolution)),o)){let t=d(n.resolution,n.isOnly?void 0:e.resolution);for(let e of(t.length>0&&n.console.group("effective configuration",t),n.console.group("checks",s.map(({id:e,limit:t,subject:o})=>(0,u.ZV)`${(0,u.ZV)(e)}  ${(0,u.ZV)((0,r.aU)(t))}  ${o}`)),n.resolution.effectiveChecks))n.console.group(`check ${e.id} (${e.source}, ${e.where})`,function({options:e,baseline:t={},before:o={}}){let r=[...Object.entries(t).map(([e,t])=>[`baseline.${e}`,t]),...Object.entries(o).map(([e,t])=>[`before.${e}`,t])];return[...Object.entries(e),...r].map(([e,t])=>`${e}  ${t.replace(/\n/g,", ")}`)}(e));n.console.group("rollback chain",(0,a.uw)(n.resolution).map(({id:e,configured:t,because:o})=>(0,u.ZV)`${(0,u.ZV)(e)}  ${(0,u.ZV)(t?"configured":"skipped")}: ${o}`))}return t.line((0,u.ZV)("the configuration is valid")),n.hS.healthy}function d(e,t){let o=void 0===t?{}:(0,a.C$)(t),r=Object.entries((0,a.C$)(e)).filter(([e,t])=>o[e]!==t),n=Math.max(0,...r.map(([e])=>e.length));return r.map(([t,o])=>{var r,a;return(0,u.ZV)`${(0,u.ZV)(t.padEnd(n))}  ${r=t,a=o,!0===(0,i.wg)(r).type.closed?(0,u.ZV)(a):a.replace(/\n/g,", ")}  (${(0,s.B6)(e.origins[t])})`})}}),52454:((e,t,o)=>{o.d(t,{M:()=>n,j:()=>a});var r=o(33863);function a({duration:e,extend:t=!1,decision:o}){return t&&"strict"!==o?Math.min(e,3e5):0}function n(e,t){let o="value"===e.metric?1:5;return t.samples>=o&&(0,r.j)(e,t)}}),33863:((e,t,o)=>{function r(e,t){if("none"===t.kind)return;if("value"===t.kind)return"value"===e.metric?function(e,t){if(!Number.isFinite(t))return;if("max"in e)return a(t,e.max);let{min:o}=e;return a(2*o-Math.min(Math.max(t,0),2*o),o)}(e,t.value):void 0;let{samples:o,seconds:r}=t;if(![o,t.failures,r].every(e=>e>=0))return;let n=Math.min(t.failures,o);switch(e.metric){case"success-rate":return a(100*n,(100-e.minPercent)*o,o);case"latency":return a(100*n,(100-e.percentile)*o,o);case"errors-per-minute":return null===e.scaledTo?a(60*n,e.max*r,r):a(e.scaledTo*n,e.max*o,o);case"value":case"relative":case"health":return}}function a(e,t,o=1){if(Number.isFinite(e)&&Number.isFinite(o)&&0!==o)return t<=0?20*(e>0):Math.min(20,Math.max(0,e/t))}function n(e,t){let{samples:o,failures:r,seconds:a,sum:n}=t;switch(e.metric){case"success-rate":return s(e.minPercent*o/100,o-r);case"latency":return s(e.percentile*o/100,o-r);case"errors-per-minute":return null===e.scaledTo?a>0&&s(60*r/a,e.max):o>0&&s(e.scaledTo*r/o,e.max);case"value":if(0===o)return!1;return"max"in e?s(n/o,e.max):s(e.min,n/o);case"relative":case"health":return!1}}function s(e,t){return e>t+Math.max(1e-9,4*Number.EPSILON*Math.abs(t))}o.d(t,{D:()=>r,j:()=>n})}),56155:((e,t,o)=>{o.d(t,{GJ:()=>a,H6:()=>i,H7:()=>l,ge:()=>u,t7:()=>c});var r=o(33863);function a({seenBefore:e,limit:t}){let o=new Map,n=0,s=!1,i=0,l=(e,t)=>{void 0!==e&&o.set(e,(o.get(e)??0)+t)},h=()=>{let[e]=[...o].sort(([,e],[,t])=>t-e);return 2*[...o.values()].reduce((e,t)=>e+t,0)>n?e?.[0]:void 0};return{push(e){var o,a,h;if("look"===e.type){let{ok:r,obstacle:a,changed:h}=e.look;!0===r&&(s=!0),(!1===r||void 0!==a)&&(n+=1),l(a,1),null!==r&&(i=!0===h?i+1:0),i>=("health"===(o=t).metric?o.failures:1)&&(s=!0);return}let{observation:c}=e,u=0;for(let[e,t]of Object.entries(c.obstacles??{}))l(e,t),u+=t;if("value"!==c.kind||(a=t,h=c.value,(0,r.j)(a,{samples:1,failures:0,seconds:0,sum:h}))||(s=!0),"counts"!==c.kind){n+=u;return}let{samples:p,failures:d,passed:f=p-d}=c;n+=Math.max(u,p-f),f>0&&(s=!0)},get ruling(){var t,o;return t=s,o=h(),void 0===e||t||"passed"===e.seen?"counts":"failed"!==e.seen||e.isNew?void 0!==o?"unwatchable":"not-asked"!==e.seen||e.isNew?"counts":"unproven":"failed-before"},get obstacle(){return h()},get hasRecovered(){return e?.seen==="failed"&&s}}}let n={name:{why:"its name cannot be resolved",fix:"correct the URL, or check the DNS server of this machine"},proxy:{why:"a proxy is in the way",fix:"check HTTP_PROXY, HTTPS_PROXY and NO_PROXY"},scheme:{why:"plain HTTP is spoken there, not TLS",fix:"check scheme and port of the URL"},certificate:{why:"its certificate cannot be verified",fix:"set `ca-file` if an authority of your own has signed it"},unauthorized:{why:"it wants credentials",fix:"set `headers`"},network:{why:"this network wants a login first",fix:"run Rollgate where the service can be reached"}};function s(e){let{why:t,fix:o}=n[e];return`${t}: ${o}`}function i(e){return n[e].fix}function l(e,{source:t,seenBefore:o},r){var a;if("unwatchable"===r.ruling&&void 0!==r.obstacle)return`${e}; it has never been seen healthy, and cannot be watched from here: ${s(r.obstacle)}.`;let n=h(o?.detail??""),{obstacle:i}=r,c=void 0===i?"":` ${a=s(i),`${a.slice(0,1).toUpperCase()}${a.slice(1)}`}.`;return`${e}; it failed before the deploy too${n}: ${"http"===t?"check the URL, or roll back by hand; if it exists only after the deploy, set `url-before: absent`":"mend it, or roll back by hand"}.${c}`}function h(e){return""===e?"":` (${e.replace(/^status (?=\d{3}$)/,"")})`}let c=" It may never have worked: with a `snapshot` before the deploy that has this check, Rollgate would know.";function u(e){return e.map(({id:e,seenBefore:t})=>` ${e} failed before the deploy${h(t?.detail??"")}.`).join("")}})};

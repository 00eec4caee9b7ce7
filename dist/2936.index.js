export const id=2936;export const ids=[2936,10];export const modules={45240:(e,t,o)=>{function r(e){return e.length>0?[]:[{subject:"checks",message:"there is nothing to check",fix:"set `url` (and `health-url`), `prometheus-url` with its selectors, `kubernetes-health` or `compose-health`, or write `checks` into the configuration file, and leave at least one of the checks on"}]}function s(e){return e>0?[]:[{subject:"rollback",message:"no rung of the rollback chain is configured",fix:"set `kubernetes-workload`, `helm-release`, `compose-project` or `canary-workload`, name `ci` in `rollback` (or set `ci-system`), or set `rollback-command` and `rollback: command`; to judge only, set `on-unhealthy: report`"}]}o.d(t,{d:()=>s,l:()=>r})},42936:(e,t,o)=>{o.r(t),o.d(t,{init:()=>em});var r=o(87175),s=o(32465),i=o(17014),a=o(29401),n=o(36192),l=o(87700),c=o(76760),h=o(72344),u=o(47443);class p extends Error{name="Unanswered";constructor(){super("a question was not answered")}}async function d(e,t){let{text:o,usual:r,parse:s}=t;for(;;){let t=(await e.ask(`${o}${void 0===r?"":` [${r}]`}: `)).trim(),i=""===t?r:t;if(void 0===i){e.say("  this needs an answer");continue}let a=s(i);if(a.ok)return a.value;e.say(`  ${a.message}${void 0===a.fix?"":` → ${a.fix}`}`)}}function f(e){return t=>{let o=t.toLowerCase(),r=e.filter(e=>e.startsWith(o)),s=e.find(e=>e===o)??(1===r.length?r[0]:void 0);if(void 0!==s)return(0,h.uw)(s);let i=`answer ${e.join(", ")}`,a=(0,u.a)(o,e);return(0,h.MB)("this is none of them",void 0===a?i:`${a} ${i}`)}}function b(e){return t=>{let o=(0,a.wg)(e).parse(t);return o.ok?(0,h.uw)(t):o}}function m(e){let t=e.toLowerCase();return["y","yes"].includes(t)?(0,h.uw)(!0):["n","no"].includes(t)?(0,h.uw)(!1):(0,h.MB)("this is neither yes nor no","answer y or n")}let g=["github","gitlab","circleci","jenkins","azure"],k={github:[".github/workflows"],gitlab:[".gitlab-ci.yml"],circleci:[".circleci/config.yml",".circleci"],jenkins:["Jenkinsfile"],azure:["azure-pipelines.yml","azure-pipelines.yaml",".azure-pipelines"]},w=[["github",/(^|\.)github\.|\.ghe\.com$/],["gitlab",/(^|[.-])gitlab([.-]|$)/],["azure",/(^|\.)dev\.azure\.com$|\.visualstudio\.com$/]],y=/^[\w][\w./-]*$/;function v(e,t){try{return e.read(t)??""}catch{return""}}let $=["kubernetes","compose","pipeline"],R="Write scripts/current-version.sh, which prints the version that runs, and have scripts/deploy.sh deploy the version that it is given: the rollback calls it with the one before.";async function E(e,t,o,r,s){if(e.has(o))return;let i=await d(t,{text:r,...void 0===s?{}:{usual:s},parse:b(o)});e.set(o,i)}async function j(e,t,o,r,s){if(e.has(o))return;let i=await d(t,{text:r,usual:s,parse:e=>e===s?(0,h.uw)(""):b(o)(e)});""!==i&&e.set(o,i)}function C({texts:e,isWatched:t}){return t||e.has("url")||e.has("prometheus-url")}function I({texts:e}){return e.has("kubernetes-workload")?"kubernetes":e.has("compose-project")||e.has("compose-file")?"compose":e.has("rollback")?"pipeline":void 0}var O=o(38815);let _={url:"Probed twice a second: choose something that does the real work of the service.","health-url":"Looked at every 5 s: three failed looks in a row are an outage.","prometheus-url":"Asked for what the users of the service really see.",rollback:"How it is taken back: these ways, one after the other.","ci-system":"Where the rollback pipeline runs. Its token is a secret, and stands in no file."},x=/^(true|false|\d+(\.\d+)?)$/,T="OWNER/rollgate",A="0.1.0",S={"azure-devops/script.yml":["# Runs only when it is started: by Rollgate, or by hand.","trigger: none","pr: none","","parameters:",'  - name: rollback # Rollgate sends "true"',"    type: boolean","    default: false","  - name: rollback_id # names this rollback; Rollgate finds its run again by it","    type: string","    default: none","  - name: version # the version to return to","    type: string","","stages:","  # Without the marker nothing is done.","  - ${{ if eq(parameters.rollback, true) }}:","      - stage: rollback","        jobs:","          - job: rollback","            # Less than `rollback-timeout`, so that the gate sees how it ends.","            timeoutInMinutes: 8","            pool:","              vmImage: ubuntu-latest","            steps:",'              - script: ./scripts/deploy.sh "$VERSION"',"                displayName: Deploy the version that ran before","                env:","                  VERSION: ${{ parameters.version }}",""],"circleci/script.yml":["version: 2.1","","parameters:","  rollback:","    description: Marks this pipeline as a rollback. Rollgate sends true.","    type: boolean","    default: false","  rollback_id:","    description: Names this rollback. Rollgate sends it.","    type: string","    default: ''","  version:","    description: The version to return to. Rollgate sends it.","    type: string","    default: ''","","workflows:","  rollback:","    when: << pipeline.parameters.rollback >>","    jobs:","      - rollback","","jobs:","  rollback:","    docker:","      - image: cimg/base:current","    environment:","      VERSION: << pipeline.parameters.version >>","    steps:","      - checkout","      - run:","          name: Deploy the version that ran before",'          command: ./scripts/deploy.sh "$VERSION"',""],"github/script.yml":["name: Rollback","# By this name Rollgate finds its run again when GitHub does not tell which one it is.","run-name: Rollback ${{ inputs.rollback_id }}","","on:","  workflow_dispatch:","    inputs:","      rollback:",'        description: Marks this run as a rollback. Rollgate sends "true".',"        type: string","        default: 'true'","      rollback_id:","        description: Names this rollback. Rollgate sends it; by hand it may stay empty.","        type: string","        default: ''","      rollback_target:",'        description: What is taken back. Rollgate sends "default".',"        type: string","        default: ''","      version:","        description: The version to return to.","        type: string","        required: true","","permissions:","  contents: read","","# A group of its own. In that of the deploy it would wait for the gate, which waits for it.","concurrency:","  group: rollback-production","  cancel-in-progress: false","","jobs:","  rollback:","    runs-on: ubuntu-latest","    # Less than `rollback-timeout`, so that the gate sees how it ends.","    timeout-minutes: 8","    steps:","      - uses: actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8 # v6.0.1","        with:","          persist-credentials: false","","      - name: Deploy the version that ran before","        env:","          VERSION: ${{ inputs.version }}",'        run: ./scripts/deploy.sh "$VERSION"',""],"gitlab/script.yml":["rollback:","  stage: deploy","  # A group of its own: in that of the deploy it would wait for the pipeline that waits for it.","  resource_group: rollback","  rules:",'    - if: $ROLLBACK == "true"',"  # Less than `rollback-timeout`, so that the gate sees how it ends.","  timeout: 8 minutes","  script:","    # What the gate was told before the deploy: the version that ran then.",'    - ./scripts/deploy.sh "$VERSION"',""],"jenkins/script.Jenkinsfile":["pipeline {","  // It needs an executor besides that of the gate, which holds its own while it waits.","  agent any","","  // Less than `rollback-timeout`, so that the gate sees how it ends.","  options { timeout(time: 8, unit: 'MINUTES') }","","  parameters {","    booleanParam(name: 'ROLLBACK', defaultValue: false, description: 'Marks this build as a rollback. Rollgate sends true.')","    string(name: 'ROLLBACK_ID', defaultValue: '', description: 'Names this rollback. Rollgate finds its build again by it.')","    string(name: 'VERSION', defaultValue: '', description: 'The version to return to.')","  }","","  stages {","    stage('Rollback') {","      // Without the marker nothing is done.","      when { expression { params.ROLLBACK } }","      steps {","        sh './scripts/deploy.sh \"$VERSION\"'","      }","    }","  }","}",""]},N={github:["github","yml"],gitlab:["gitlab","yml"],circleci:["circleci","yml"],jenkins:["jenkins","Jenkinsfile"],azure:["azure-devops","yml"]},M={kubernetes:"kubernetes",compose:"compose",pipeline:"script"};function L(e){let[t,o]=N[e.system],r=e=>S[`${t}/${e}.${o}`],s=r(M[e.way])??r(M.pipeline);if(void 0===s)throw Error(`there is no rollback pipeline for ${e.system}`);return s.join("\n")}function B(e,t){let o=e.get(t);if(!(0,O.jh)(o))throw Error(`the rollback pipeline has no ${t}`);let r=(0,O.As)({[t]:o},{lineWidth:0,singleQuote:!0});return r.slice(r.indexOf("\n")+1)}let D="azure-pipelines-rollback.yml",P={kubernetes:`      # So that kubectl finds the cluster: a secure file of the library.
      - task: DownloadSecureFile@1
        name: kubeconfig
        inputs:
          secureFile: kubeconfig
      - bash: echo "##vso[task.setvariable variable=KUBECONFIG]$(kubeconfig.secureFilePath)"
        displayName: Log in to the cluster

`,compose:"",pipeline:`      - bash: echo "##vso[task.setvariable variable=previousVersion]$(./scripts/current-version.sh)"
        displayName: Ask which version runs now

`},K={kubernetes:["Upload the kubeconfig of the cluster as the secure file kubeconfig (Pipelines → Library → Secure files)."],compose:["Set the variable DOCKER_HOST of both pipelines to the address of the Docker engine, unless the agent has the engine itself."],pipeline:[R]},U=`Rollgate@${A.split(".")[0]??"0"}`,V="          rollbackParameters: version=$(previousVersion)\n";function G({way:e}){return`${P[e]}      - task: ${U}
        displayName: Make sure that a rollback would work
        inputs:
          command: preflight
${"pipeline"===e?V:""}
      - task: ${U}
        displayName: Record what runs now
        inputs:
          command: snapshot
`}function H({way:e}){return`      - task: ${U}
        name: gate
        displayName: Watch, and roll back when it is bad
${"pipeline"===e?`        inputs:
${V}`:""}
      - task: PublishTestResults@2
        condition: always()
        inputs:
          testResultsFiles: rollgate-report/junit.xml
          testRunTitle: Rollgate

      - publish: rollgate-report
        condition: always()
        displayName: Keep the report
`}let W={kubernetes:`
      # So that kubectl finds the cluster; or the login that your provider has.
      - run:
          name: Log in to the cluster
          command: |
            umask 077
            printf '%s' "$KUBECONFIG_BASE64" | base64 -d > "$HOME/kubeconfig"
            echo 'export KUBECONFIG="$HOME/kubeconfig"' >> "$BASH_ENV"`,compose:"",pipeline:`
      - run:
          name: Ask which version runs now
          command: |
            echo "export ROLLGATE_ROLLBACK_PARAMETERS='version=$(./scripts/current-version.sh)'" >> "$BASH_ENV"`},z={kubernetes:["Put the kubeconfig of the cluster into the same context, in base64, as KUBECONFIG_BASE64."],compose:["Put the address of the Docker engine into the same context as DOCKER_HOST: a container of CircleCI has none."],pipeline:[R]},F={kubernetes:{env:"",steps:`
      # So that kubectl finds the cluster; or the login that your provider has.
      - name: Log in to the cluster
        env:
          KUBECONFIG_TEXT: $\{{ secrets.KUBECONFIG }}
        run: |
          umask 077
          printf '%s\\n' "$KUBECONFIG_TEXT" > "$RUNNER_TEMP/kubeconfig"
          echo "KUBECONFIG=$RUNNER_TEMP/kubeconfig" >> "$GITHUB_ENV"
`},compose:{env:`
    env:
      # The engine that runs the project, as ssh://user@host. Empty: that of the runner.
      DOCKER_HOST: $\{{ vars.DOCKER_HOST }}`,steps:""},pipeline:{env:"",steps:`
      - name: Ask which version runs now
        id: before
        run: echo "version=$(./scripts/current-version.sh)" >> "$GITHUB_OUTPUT"
`}},J={kubernetes:["Store the kubeconfig of the cluster as the secret KUBECONFIG (Settings → Secrets and variables → Actions)."],compose:["Store the address of the Docker engine as the variable DOCKER_HOST (Settings → Secrets and variables → Actions → Variables), unless the runner has the engine itself."],pipeline:[R]},q=".gitlab/rollgate.yml",Y=".gitlab/rollback.yml",Z=["include:",`  - local: ${q}`,`  - local: ${Y}`],X=["rules:",'  - if: $ROLLBACK == "true"',"    when: never"],Q={kubernetes:["Store the kubeconfig of the cluster as the variable KUBECONFIG, of the type File (Settings → CI/CD → Variables)."],compose:["Store the address of the Docker engine as the variable DOCKER_HOST (Settings → CI/CD → Variables), unless the runner has the engine itself."],pipeline:[R]},ee=`
ask:
  stage: before
  rules:
    - if: $ROLLBACK == "true"
      when: never
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    # What the rollback is to return to; the gate finds it under this name.
    - echo "ROLLGATE_ROLLBACK_PARAMETERS=VERSION=$(./scripts/current-version.sh)" > before.env
  artifacts:
    reports:
      dotenv: before.env
`,et="Jenkinsfile.rollback",eo={kubernetes:"[jenkins: 'rollgate', kubeconfig: 'kubeconfig']",compose:"[jenkins: 'rollgate']",pipeline:"[jenkins: 'rollgate']"},er={kubernetes:["Keep the kubeconfig of the cluster as a Secret file with the id kubeconfig."],compose:["Give the agent the Docker engine that runs the project: DOCKER_HOST, or one of its own."],pipeline:[R]},es=e=>e.split("\n").map(e=>e.replace(/^ {8}/,""));function ei({way:e}){let t="pipeline"===e?`        script {
          env.PREVIOUS = sh(returnStdout: true, script: './scripts/current-version.sh').trim()
        }
`:"";return`${t}        // Make sure that a rollback would work, and record what runs now.
        rollgate(command: 'preflight', ${"pipeline"===e?"rollbackParameters: [VERSION: env.PREVIOUS], ":""}credentials: ${eo[e]})
        rollgate(command: 'snapshot'${"kubernetes"===e?", credentials: [kubeconfig: 'kubeconfig']":""})`}function ea({way:e}){return`        // Watch, and roll back when it is bad.
        rollgate(${"pipeline"===e?"rollbackParameters: [VERSION: env.PREVIOUS], ":""}credentials: ${eo[e]})`}let en={github:"GitHub Actions",gitlab:"GitLab CI",circleci:"CircleCI",jenkins:"Jenkins",azure:"Azure Pipelines"},el={github:function(e){let{way:t}=e;return{files:[{path:".github/workflows/deploy-gate.yml",text:function({way:e,branch:t}){let o=`${T}@v${A}`,r="          rollback-parameters: version=${{ steps.before.outputs.version }}\n",s="pipeline"===e?`        with:
${r}`:"";return`# Made by \`rollgate init\`; it is yours now.
name: Deploy with gate

on:
  push:
    branches: ['${t}']

permissions: {}

# One deploy at a time. The rollback workflow has a group of its own: in this one it would wait for us.
concurrency:
  group: deploy-production
  cancel-in-progress: false

jobs:
  deploy:
    runs-on: ubuntu-latest
    # Watch, rollback and confirmation take at most 18 minutes with the defaults.
    timeout-minutes: 30
    permissions:
      actions: write # start the rollback workflow and follow it
      contents: read # check out, and read which inputs that workflow declares${F[e].env}
    steps:
      - uses: actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8 # v6.0.1
        with:
          persist-credentials: false
${F[e].steps}
      - name: Make sure that a rollback would work
        uses: ${o}
        with:
          command: preflight
${"pipeline"===e?r:""}
      - name: Record what runs now
        uses: ${o}
        with:
          command: snapshot

      # Yours: whatever deploys the commit.
      - name: Deploy
        run: ./scripts/deploy.sh "$GITHUB_SHA"

      - name: Watch, and roll back when it is bad
        uses: ${o}
${s}
      - name: Keep the report
        if: always()
        uses: actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0
        with:
          name: rollgate-report
          path: rollgate-report/
          if-no-files-found: ignore
`}(e),what:"the workflow: snapshot, deploy, gate"},{path:".github/workflows/rollback.yml",text:L(e),what:"the workflow that takes a version back"}],variables:["GITHUB_REPOSITORY","GITHUB_TOKEN"],next:['Put your deploy into the step "Deploy" of .github/workflows/deploy-gate.yml. If another workflow deploys already, move the steps around it there.',...J[t],"Push both workflows to the default branch, and try the rollback by hand (Actions → Rollback → Run workflow). The token of the job is enough to start it: no secret is needed for that."]}},gitlab:function(e){let{way:t}=e;return{files:[{path:".gitlab-ci.yml",text:`# Made by \`rollgate init\`; it is yours now.
stages: [before, deploy, watch]

${Z.join("\n")}

# Yours: whatever deploys the commit.
release:
  stage: deploy
  resource_group: production
  rules:
    # Without these lines a rollback would deploy again. Every other job of yours needs them, too.
    - if: $ROLLBACK == "true"
      when: never
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - ./scripts/deploy.sh "$CI_COMMIT_SHA"
`,what:"the pipeline: before, deploy, watch",otherwise:["stages: [before, deploy, watch] # besides your own","",...Z,"","# and to every job of yours, so that a rollback does not build and deploy again:",...X]},{path:q,text:function({way:e}){let t=`$CI_SERVER_FQDN/${T}/rollgate@${A}`,o=(e,o,r)=>[`  - component: ${t}`,"    inputs:",`      job-name: ${e}`,`      stage: ${o}`,...void 0===r?[]:[`      command: ${r}`],"      if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"].join("\n");return`# Made by \`rollgate init\`: what stands before and behind the deploy. It is in no rollback pipeline.
include:
  # Make sure that a rollback would work, and record what runs now.
${o("preflight","before","preflight")}
${o("snapshot","before","snapshot")}
  # Watch, and roll back when it is bad.
${o("gate","watch")}
${"pipeline"===e?ee:""}`}(e),what:"preflight, snapshot and gate: the jobs around the deploy"},{path:Y,text:L(e),what:"the job that takes a version back"}],variables:["CI_PROJECT_ID","GITLAB_TOKEN"],next:['Put your deploy into the job "release" of .gitlab-ci.yml, or the lines above into the pipeline that you have.',"Make a project access token with the role Developer and the scope api, and store it as the masked variable GITLAB_TOKEN (Settings → CI/CD → Variables).",...Q[t],`The component is found on the same GitLab only: mirror https://github.com/${T} as ${T}, or name the file by \`include: remote\` (docs/gitlab.md, "Without a mirror").`,"Try the rollback by hand: Run pipeline, with the variable ROLLBACK = true."]}},circleci:function(e){let{way:t}=e,o=function(e){let t,{way:o,branch:r}=e,{parameters:s,jobs:i}={parameters:B(t=(0,O.Tp)(L(e)),"parameters"),jobs:B(t,"jobs")};return`# Made by \`rollgate init\`; it is yours now.
version: 2.1

orbs:
  rollgate: owner/rollgate@${A}

parameters:
${s}
workflows:
  deploy:
    # Without this line a rollback would build and deploy again. Every other workflow of yours needs it, too.
    unless: << pipeline.parameters.rollback >>
    jobs:
      - deploy:
          context: rollgate
          filters:
            branches:
              only: ['${r}']

  rollback:
    when: << pipeline.parameters.rollback >>
    jobs:
      - rollback:
          context: rollgate

jobs:
  deploy:
    executor: rollgate/default
    steps:
      - checkout${W[o]}
      - rollgate/gate: # Make sure that a rollback would work
          command: preflight
      - rollgate/gate: # Record what runs now
          command: snapshot
      # Yours: whatever deploys the commit.
      - run:
          name: Deploy
          command: ./scripts/deploy.sh "$CIRCLE_SHA1"
      - rollgate/gate: # Watch, and roll back when it is bad
          is-rollback: << pipeline.parameters.rollback >>
      - store_artifacts:
          path: rollgate-report
      - store_test_results:
          path: rollgate-report

${i}`}(e);return{files:[{path:".circleci/config.yml",text:o,what:"the pipeline: snapshot, deploy, gate; and the rollback",otherwise:["# the parts of this that you lack; the steps belong around your own deploy",...o.split("\n").slice(1,-1)]}],variables:["CIRCLE_PROJECT_SLUG","CIRCLE_TOKEN"],next:['Put your deploy into the step "Deploy" of the job "deploy".',"Make a personal API token, best of a user made for it, and a context named rollgate (Organization Settings → Contexts) that holds it as CIRCLE_TOKEN.",...z[t],"Try the rollback by hand: Trigger Pipeline, with the parameter rollback set to true."]}},jenkins:function(e){var t;let{way:o,texts:r}=e,s=r.get("jenkins-job")??"rollback";return{files:[{path:"Jenkinsfile",text:(t=e,`// Made by \`rollgate init\`; it is yours now.
@Library('rollgate@v${A}') _

pipeline {
  // The gate holds its executor while it waits for the rollback job, which needs another one.
  agent any

  stages {
    stage('Before') {
      steps {
${ei(t)}
      }
    }
    stage('Deploy') {
      steps {
        // Yours: whatever deploys the commit.
        sh './scripts/deploy.sh "$GIT_COMMIT"'
      }
    }
    stage('Gate') {
      steps {
${ea(t)}
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
`),what:"the pipeline: snapshot, deploy, gate",otherwise:["@Library('rollgate@v"+A+"') _","","// in a stage before the deploy",...es(ei(e)),"","// in a stage behind it",...es(ea(e))]},{path:et,text:L(e),what:"the job that takes a version back"}],variables:["JENKINS_URL","JENKINS_USER","JENKINS_TOKEN"],next:['Put your deploy into the stage "Deploy" of the Jenkinsfile.',`Add the library (Manage Jenkins → System → Global Trusted Pipeline Libraries): name rollgate, retrieval Modern SCM from https://github.com/${T}.git, library path templates/jenkins/. The agent needs Node 20 or newer.`,`Make a Pipeline job named ${s} from the script path ${et} of this repository, and run it once: Jenkins learns its parameters when it runs.`,"Make an API token of a user that may start and read that job, and keep user and token as Username with password with the id rollgate (Credentials).",...er[o]]}},azure:function(e){var t;let{way:o,texts:r}=e,s=r.get("azure-pipeline")??"Rollback",i=`${G(e)}
      # here your deploy

${H(e)}`;return{files:[{path:"azure-pipelines.yml",text:(t=e,`# Made by \`rollgate init\`; it is yours now.
trigger:
  branches:
    include:
      - '${t.branch}'
pr: none

jobs:
  - job: deploy
    # Watch, rollback and confirmation take at most 18 minutes with the defaults.
    timeoutInMinutes: 30
    pool:
      vmImage: ubuntu-latest
    steps:
${G(t)}
      # Yours: whatever deploys the commit.
      - script: ./scripts/deploy.sh "$(Build.SourceVersion)"
        displayName: Deploy

${H(t)}`),what:"the pipeline: snapshot, deploy, gate",otherwise:i.split("\n").map(e=>e.replace(/^ {6}/,""))},{path:D,text:L(e),what:"the pipeline that takes a version back"}],variables:["AZURE_DEVOPS_ORG","AZURE_DEVOPS_PROJECT","AZURE_DEVOPS_PAT"],next:['Put your deploy into the step "Deploy" of azure-pipelines.yml.',"Install the extension Rollgate from the Marketplace, or have an administrator do it (docs/azure-devops.md tells how it goes without).",`Make a pipeline of the file ${D} (New pipeline → Existing Azure Pipelines YAML file), name it ${s}, and let the build service queue, view and stop builds of it (Manage security).`,...K[o],"Run the rollback pipeline once by hand: the first run asks for permissions. The token of the job is enough to start it: no secret is needed for that."]}}},ec={kubernetes:"kubernetes,ci",compose:"compose,ci",pipeline:"ci"},eh={github:()=>[],gitlab:e=>{let t;return[["gitlab-rollback-jobs",Object.keys(t=(0,O.qg)(L(e))).filter(e=>{let o=t[e];return"object"==typeof o&&null!==o&&"script"in o}).join(", ")]]},circleci:()=>[],jenkins:()=>[["jenkins-job","rollback"]],azure:()=>[["azure-pipeline","Rollback"]]};var eu=o(99621),ep=o(30010);let ed="rollgate.yml",ef=["compose.yaml","compose.yml","docker-compose.yaml","docker-compose.yml"],eb=["url","health-url","prometheus-url","prometheus-preset","prometheus-selector","prometheus-total","prometheus-errors","kubernetes-workload","kubernetes-namespace","compose-project","compose-file"];async function em(e){var t,o;let{entry:h,console:u}=e,{flags:b,switches:R}=(0,r.S)(h.argv),T=e.resolution.origins["ci-system"].level<=4?(t=e.settings["ci-system"]??"",g.find(e=>e===t)??{subject:"ci-system",message:`there is no wrapper for \`${t}\``,fix:`name one of ${g.join(", ")}`}):void 0,S=[...e.problems,...[...b.keys()].flatMap(e=>"command"===e?[]:!0===(0,a.wg)(e).secret?[{subject:`--${e}`,message:"this is a secret, and a secret stands in no file of the repository",fix:`leave it out; keep it in the CI system, as \`${(0,n.DA)(e)}\``}]:!1===(0,a.wg)(e).inFile?[{subject:`--${e}`,message:`this cannot stand in ${ed}`,fix:"leave it out"}]:[]),..."object"==typeof T?[T]:[]];if(S.length>0)throw new l.e(S);let N=h.files.read(ed),M=R.has("yes")?void 0:function({entry:e,console:t}){let{ask:o}=e;if(void 0!==o)return{async ask(e){let r=await o(t.clean(e));if(void 0===r)throw new p;return r},say:e=>{t.line(e)}}}(e);try{let t,r,S,L=function({entry:e,info:t,resolution:o},r,i,l){var c;let h,u,p,d,f,b,m=void 0===i?void 0:(0,s.R)(ed,i),$=new Map(m?.texts);for(let t of eb){let o=e.env[(0,n.DA)(t)]?.trim()??"";""!==o&&$.set(t,o)}for(let e of a.Zp){let t=r.get(e)?.trim()??"";"command"!==e&&""!==t&&$.set(e,t)}let R=g.find(e=>e===m?.texts.get("ci-system")),E="local"===t.system?void 0:t.system;return{texts:$,system:l??R??E,repository:(f=function(e){if("absent"===e.real(".git"))return;let[,t]=/^gitdir: (.+)$/m.exec(v(e,".git"))??[];if(void 0===t)return".git";let o=v(e,`${t}/commondir`).trim();return""===o?t:/^([/\\]|[A-Za-z]:)/.test(o)?o:`${t}/${o}`}(c=e.files),{signs:(b=g.flatMap(e=>{let t=k[e].find(e=>"absent"!==c.real(e));return void 0===t?[]:[{system:e,sign:t}]})).length>0?b:(u=(h=[...(void 0===f?"":v(c,`${f}/config`)).matchAll(/^\s*\[remote "(.*)"\]([^[]*)/gm)].flatMap(([,e,t=""])=>{let[,o]=/^\s*url\s*=\s*(\S+)/m.exec(t)??[];return void 0===o?[]:[{name:e,host:function(e){let[,t=""]=/^(?:[a-z][a-z+]*:\/\/)?(?:[^@/]*@)?([\w.-]+)/i.exec(e)??[];return t.toLowerCase()}(o)}]})).find(({name:e})=>"origin"===e)??h[0],p=w.find(([,e])=>e.test(u?.host??"")),void 0===u||void 0===p?[]:[{system:p[0],sign:`the remote ${u.host}`}]),isGit:void 0!==f,branch:void 0===f?"main":function(e,t){let[,o]=/^ref: refs\/remotes\/origin\/(.+)$/m.exec(v(e,`${t}/refs/remotes/origin/HEAD`))??[],r=["main","master"].find(o=>"absent"!==e.real(`${t}/refs/heads/${o}`)),[,s]=/^ref: refs\/heads\/(.+)$/m.exec(v(e,`${t}/HEAD`))??[];return[o,r,s].find(e=>void 0!==e&&y.test(e))??"main"}(c,f)}),isWatched:o.targets.some(({checks:e,settings:t})=>e.length>0||t["kubernetes-health"]||t["compose-health"]),composeFiles:ef.filter(t=>"absent"!==e.files.real(t)),folder:(d=e.files.real("."),"string"==typeof d?"":d.path)}}(e,b,N,"string"==typeof T?T:void 0);L.repository.isGit||u.line("note: this folder is not the root of a git repository; CI systems look for their files there");let B=void 0===M?(t=function({system:e,repository:{signs:t}}){let[o,...r]=t;return e??(0===r.length?o?.system:void 0)}(L),r=[],(void 0===t&&r.push(function({signs:e}){return{subject:"ci-system",message:0===e.length?"nothing in this folder tells which CI system it is for":`this folder may be for several CI systems: ${e.map(({system:e,sign:t})=>`${e} (${t})`).join(", ")}`,fix:`name it: \`--ci-system ${g.join("`, `")}\``}}(L.repository)),C(L)||r.push({subject:"url",message:"nothing says what is to be watched",fix:"give `--url https://...` (and `--health-url`), or `--prometheus-url` with its selectors"}),void 0===t||r.length>0)?r:{system:t,way:I(L)??"pipeline",texts:L.texts}):await async function(e,t){let o=new Map(e.texts),r=e.system??await async function({signs:e},t){let[o,...r]=e;for(let{system:o,sign:r}of e)t.say(`  ${r} speaks for ${o}`);return d(t,{text:`Which CI system: ${g.join(", ")}?`,...void 0!==o&&0===r.length?{usual:o.system}:{},parse:f(g)})}(e.repository,t);C(e)||("url"===await d(t,{text:"What is watched: the service by requests of our own (url), or its metrics (prometheus)?",usual:"url",parse:f(["url","prometheus"])})?(await E(o,t,"url","An address that does the real work of the service",void 0),await j(o,t,"health-url","The address of its health check","the same")):(await E(o,t,"prometheus-url","The address of the Prometheus server",void 0),await async function(e,t){let o=await d(t,{text:"Whose metrics: istio, nginx-ingress, spring, or others?",usual:"others",parse:f(["istio","nginx-ingress","spring","others"])});if("others"!==o){e.set("prometheus-preset",o),await E(e,t,"prometheus-selector",'The labels of the service, such as app="shop"');return}await E(e,t,"prometheus-total",'The counter of all requests, such as http_requests_total{app="shop"}'),await E(e,t,"prometheus-errors",'The counter of failed ones, such as http_requests_total{app="shop",code=~"5.."}')}(o,t)));let s=I(e);if(void 0===s){var i;let r;"kubernetes"===(s=await d(t,{text:"How is a bad version taken back: a workload of kubernetes, a project of compose, or a pipeline with your own deploy script?",usual:e.composeFiles.length>0?"compose":"pipeline",parse:f($)}))&&(await E(o,t,"kubernetes-workload","The workload, such as deployment/shop",void 0),await j(o,t,"kubernetes-namespace","Its namespace","as kubectl has it"));"compose"===s&&await E(o,t,"compose-project","The project, as docker compose -p",(i=e.folder,r=c.posix.basename(i.replaceAll("\\","/")).toLowerCase().replace(/[^a-z0-9_-]/g,"").replace(/^[_-]+/,""),""===r?"app":r))}return{system:r,way:s,texts:o}}(L,M);if(!("system"in B))throw new l.e(B);let{files:D,next:P,variables:K}=function(e,t,o){var r;let{texts:i}=e,n=void 0===o?void 0:(0,s.R)(ed,o).texts,l=void 0!==n&&[...i].every(([e,t])=>n.get(e)===t),c=l?i:function({system:e,way:t,texts:o}){return new Map([["rollback",o.has("helm-release")&&"compose"!==t?`helm,${ec[t]}`:ec[t]],["ci-system",e],...eh[e]({system:e,way:t,texts:o,branch:"main"}),...o,["ci-system",e]])}(e),h={path:ed,text:l?(o??"").replaceAll("\r\n","\n"):["# The configuration of the gate; it belongs into the root of the repository.","# `rollgate validate` checks it and prints every value that rules, with where it comes from.",...a.Zp.flatMap(e=>{let t=c.get(e);if(void 0===t)return[];let o=_[e];return[...void 0===o?[]:[`# ${o}`],function(e,t){if(x.test(t))return`${e}: ${t}`;let{shape:o}=(0,a.wg)(e).type,r=t.split("\n").filter(e=>""!==e.trim()),s=("list"===o||"pairs"===o)&&r.length>1?r:t;return(0,O.As)({[e]:s},{lineWidth:0}).trimEnd()}(e,t)]}),""].join("\n"),what:"what is watched, and how it is taken back"},u=el[(r={...e,texts:c,branch:t.repository.branch}).system](r);return{...u,files:[h,...u.files]}}(B,L,N),{placed:U,problems:V}=(o=h.files,S=[],{placed:D.flatMap(e=>{try{let t=function(e,t){var o;let{real:r}=t,s=(o=r("."),("string"==typeof o?void 0:o.path)??"."),i=e.split("/");for(let e=i.length;e>0;e-=1){let o=r((0,c.join)(...i.slice(0,e)));if("absent"!==o){if("broken"===o)return{message:`${i.slice(0,e).join("/")} is a link that leads nowhere`,fix:"remove it"};if(!function(e,t){let o=(0,c.relative)(e,t);return".."!==o&&!o.startsWith(`..${c.sep}`)&&!(0,c.isAbsolute)(o)}(s,o.path))return{message:"would be written outside of this folder, because a link leads there",fix:`look at ${i.slice(0,e).join("/")}`};if(e<i.length&&function(e,{read:t}){try{return void 0!==t(e)}catch{return!1}}(o.path,t))return{message:`${i.slice(0,e).join("/")} is a file, and a folder is needed there`};return(0,c.join)(o.path,...i.slice(e))}}return(0,c.join)(s,...i)}(e.path,o);if("string"!=typeof t)return S.push({subject:e.path,...t}),[];let r=o.read(t);return[{...e,place:t,state:function({text:e,otherwise:t},o){return void 0===o?"new":o.replaceAll("\r\n","\n")===e?"same":void 0===t?"other":"theirs"}(e,r)}]}catch(t){return S.push({subject:e.path,message:`cannot be read: ${(0,l.b)(t)}`}),[]}}),problems:S});if(V.length>0)throw new l.e(V);let G=await async function(e,{isForced:t,person:o}){let r=e.filter(({state:e})=>"other"===e);if(!t&&void 0===o&&r.length>0)throw new l.e(r.map(({path:e})=>({subject:e,message:"is there, and says something else",fix:"`--force` replaces it; or move it away"})));let s=[];for(let r of e){let e={text:`${r.path} is there, and says something else. Replace it (y/n)?`,usual:"n",parse:m};("new"===r.state||"other"===r.state&&(t||void 0!==o&&await d(o,e)))&&s.push(r)}return s}(U,{isForced:R.has("force"),person:M}),H=G.find(({path:e})=>e===ed)?.text??N;if(await eg(e,{...h.files,read:e=>e===ed?H:h.files.read(e)}),h.signal.aborted)throw new p;let W=await async function({entry:e,console:t},o){let r=[];for(let s of o){try{await async function({place:e,text:t},o,r){await o.mkdir((0,c.dirname)(e),{recursive:!0});let s=(0,c.join)((0,c.dirname)(e),`.${r}.tmp`);try{await o.writeFile(s,t),await o.rename(s,e)}catch(e){throw o.remove(s),e}}(s,e.files,`rollgate-${e.uuid()}`)}catch(e){return t.line(`${s.path} could not be written: ${(0,l.b)(e)}`),t.line(`written before: ${0===r.length?"nothing":r.join(", ")}`),i.h.usage}r.push(s.path)}}(e,G);if(void 0!==W)return W;return function({console:e},{system:t},o,r){let s=Math.max(...o.map(({path:e})=>e.length)),i=(t,o)=>{if(0!==o.length)for(let{path:r,what:i}of(e.line(t),o))e.line(`  ${r.padEnd(s)}  ${i}`)},a=o.filter(e=>!r.includes(e));for(let{path:o,otherwise:s=[]}of(i(`Written for ${en[t]}:`,r),i("Already there:",a.filter(({state:e})=>"same"===e)),i("Left as they are:",a.filter(({state:e})=>"other"===e)),a.filter(({state:e})=>"theirs"===e)))for(let t of(e.line(`${o} is your pipeline, and was not touched. Add to it:`),s))e.line(""===t?"":`    ${t}`)}(e,B,U,G),await eg(e,h.files),u.line(`\`rollgate validate\`: ${ed} is valid`),function({console:e},t,o){let r=`npx --yes @owner/rollgate@${A}`,s=[...t,`\`${r} preflight\` says what is still missing, here with the variables ${o.join(", ")}. In the pipeline it runs before every deploy.`];for(let[t,o]of(e.line("What is left to do:"),s.entries()))e.line(`  ${String(t+1)}. ${o}`)}(e,P,K),i.h.healthy}catch(e){if(!(e instanceof p))throw e;return u.line("Nothing was written."),h.signal.aborted?i.h.cancelled:i.h.usage}}async function eg(e,t){let{entry:o,console:r}=e,s=()=>void 0,i=await (0,eu.f)({...o,files:t,argv:["validate","--config",ed]});try{let e={...r,line:s,group:s,annotate:s,live:s,of:()=>e};await (0,ep.validate)({...i,console:e})}finally{i.close()}}},30010:(e,t,o)=>{o.r(t),o.d(t,{validate:()=>d});var r=o(3178),s=o(44426),i=o(62561),a=o(3252),n=o(17014),l=o(10366),c=o(87700),h=o(43355),u=o(45240),p=o(16465);async function d(e){let{console:t}=e,o=await Promise.all((0,p.pW)(e).map(async e=>({target:e,checks:await (0,h.t)(e)}))),a=[...e.problems,...o.flatMap(({target:e,checks:t})=>(0,p.XJ)(e,function({resolution:e,settings:t},o){let r=(0,i.w)(e).filter(e=>e.configured).length;return[...(0,u.l)([...o,...e.writtenSources]),..."rollback"===t["on-unhealthy"]?(0,u.d)(r):[]]}(e,t)))];if(a.length>0)throw new c.e(a);for(let o of e.notices)t.annotate("notice","Rollgate",o);for(let{target:a,checks:n}of(o.length>1&&t.group("effective configuration",f(e.resolution)),o)){let t=f(a.resolution,a.isOnly?void 0:e.resolution);for(let e of(t.length>0&&a.console.group("effective configuration",t),a.console.group("checks",n.map(e=>`${e.id}  ${(0,r.a)(e.limit)}  ${e.subject}`)),(0,s.E)(a.resolution.checks)))a.console.group(`check ${e.id} (${e.source}, ${e.where})`,function({options:e,baseline:t={}}){let o=Object.entries(t).map(([e,t])=>[`baseline.${e}`,t]);return[...Object.entries(e),...o].map(([e,t])=>`${e}  ${t.replace(/\n/g,", ")}`)}(e));a.console.group("rollback chain",(0,i.w)(a.resolution).map(({id:e,configured:t,because:o})=>`${e}  ${t?"configured":"skipped"}: ${o}`))}return t.line("the configuration is valid"),n.h.healthy}function f(e,t){let o=void 0===t?{}:(0,a.C)(t),r=Object.entries((0,a.C)(e)).filter(([e,t])=>o[e]!==t),s=Math.max(0,...r.map(([e])=>e.length));return r.map(([t,o])=>`${t.padEnd(s)}  ${o.replace(/\n/g,", ")}  (${(0,l.B6)(e.origins[t])})`)}},62561:(e,t,o)=>{o.d(t,{w:()=>i});var r=o(10366),s=o(29401);function i(e){return(function({settings:e}){let t=e.rollback;return void 0===e["helm-release"]||t.includes("helm")?t:t.flatMap(e=>"kubernetes"===e?["helm",e]:[e])})(e).map(t=>({id:t,...function(e,t){let{settings:o,origins:i,givenByUser:a}=t;if("ci"===e&&"none"===o["ci-system"])return{configured:!1,because:"`ci-system` is `none`"};let n=s.Zp.filter(t=>(0,s.wg)(t).rung===e&&(0,s.wg)(t).configures),l=n.find(e=>a(e));return void 0!==l?{configured:!0,because:`\`${l}\` is set (${(0,r.B6)(i[l])})`}:"ci"===e&&a("rollback")?{configured:!0,because:`\`rollback\` names it (${(0,r.B6)(i.rollback)})`}:{configured:!1,because:"ci"===e?"not configured: name `ci` in `rollback`, or set `ci-system`":`not configured: set ${n.map(e=>`\`${e}\``).join(" or ")}`}}(t,e)}))}}};

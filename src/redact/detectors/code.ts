import { type Detector, mixedEnd } from "../detector.ts";

/** Where code is kept, built and published. */
export const codeDetectors: readonly Detector[] = [
  {
    kind: "github-token",
    starts: ["ghp_", "gho_", "ghu_", "ghr_", "ghs_"],
    pattern: /gh[pousr]_[A-Za-z0-9]{36,}/y,
  },
  {
    // An installation's token may also be the app's number and a JWT.
    kind: "github-token",
    starts: ["ghs_"],
    pattern: /ghs_\d{1,12}_eyJ[\w-]{10,128}\.[\w-]{10,512}\.[\w-]{10,}/y,
  },
  { kind: "github-fine-grained-token", starts: ["github_pat_"], pattern: /github_pat_\w{36,}/y },
  {
    kind: "gitlab-token",
    starts: [
      "glpat-",
      "gldt-",
      "glrt-",
      "glrtr-",
      "glcbt-",
      "glptt-",
      "glft-",
      "glimt-",
      "glagent-",
      "gloas-",
      "glsoat-",
      "glffct-",
      "glwt-",
    ],
    pattern:
      /gl(?:pat|dt|rtr?|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)-[\w-]{20,300}(?:\.[a-z0-9]{2}\.?[a-z0-9]{7,9})?/y,
    end: mixedEnd,
  },
  { kind: "gitlab-runner-registration-token", starts: ["GR1348941"], pattern: /GR1348941[\w-]{20}/y },
  { kind: "bitbucket-app-password", starts: ["ATBB"], pattern: /ATBB[A-Za-z0-9]{28,40}/y, end: mixedEnd },
  { kind: "bitbucket-access-token", starts: ["ATCTT3"], pattern: /ATCTT3[\w=-]{60,}/y },
  { kind: "atlassian-api-token", starts: ["ATATT3"], pattern: /ATATT3[\w=-]{60,}/y },
  { kind: "npm-token", starts: ["npm_"], pattern: /npm_[A-Za-z0-9]{36}/y },
  {
    kind: "npm-auth-token",
    starts: [":_authToken=", ":_auth=", ":_password="],
    pattern: /:_(?:auth(?:Token)?|password)=([\w+/=-]{20,255})/y,
  },
  { kind: "pypi-token", starts: ["pypi-Ag"], pattern: /pypi-Ag[\w-]{50,}/y },
  { kind: "rubygems-api-key", starts: ["rubygems_"], pattern: /rubygems_[a-f0-9]{48}/y },
  { kind: "crates-io-token", starts: ["cio"], pattern: /cio[A-Za-z0-9]{32}/y, end: mixedEnd },
  { kind: "docker-hub-token", starts: ["dckr_pat_", "dckr_oat_"], pattern: /dckr_[po]at_[\w-]{27,}/y },
  {
    kind: "circleci-token",
    starts: ["CCIPAT_", "CCIPRJ_"],
    pattern: /CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[a-f0-9]{40}/y,
  },
  { kind: "sonar-token", starts: ["sqp_", "squ_", "sqa_"], pattern: /sq[pua]_[a-f0-9]{40}/y },
  { kind: "sourcegraph-token", starts: ["sgp_"], pattern: /sgp_(?:(?:[a-f0-9]{16}|local)_)?[a-f0-9]{40}/y },
  { kind: "postman-api-key", starts: ["PMAK-"], pattern: /PMAK-[a-f0-9]{24}-[a-f0-9]{34}/y },
  {
    kind: "sentry-org-token",
    starts: ["sntrys_"],
    pattern: /sntrys_[A-Za-z0-9+/]{40,512}={0,2}_[A-Za-z0-9+/]{40,64}/y,
  },
  { kind: "sentry-user-token", starts: ["sntryu_"], pattern: /sntryu_[a-f0-9]{64}/y },
  {
    kind: "grafana-token",
    starts: ["glsa_", "glc_"],
    pattern: /gl(?:sa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|c_[A-Za-z0-9+/]{32,400}={0,2})/y,
  },
  {
    kind: "new-relic-key",
    starts: ["NRAK-", "NRAA-", "NRII-"],
    pattern: /NR(?:AK-[A-Z0-9]{27}|AA-[a-f0-9]{27}|II-[\w-]{32})/y,
  },
  {
    kind: "dynatrace-token",
    starts: ["dt0c01.", "dt0s01.", "dt0s02.", "dt0s16."],
    pattern: /dt0[cs]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}/y,
  },
];

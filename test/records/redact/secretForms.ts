/**
 * The published forms of secrets. Each row is an issuer, a form, and an innocent text with the same prefix.
 *
 * This file contains no secrets, nor anything that a scanner would mistake for one: they are generated from a seed when needed. In a form, `{a36}`
 * means 36 letters and digits, `{h32}` hexadecimal digits, `{u16}` capitals and digits, `{d10}` digits, `{l34}` letters, `{w20}` letters, digits, `-`
 * and `_`, `{b40}` base64, `{uuid}` a UUID. `|` marks where the secret begins and ends.
 */

const letters = "abcdefghijklmnopqrstuvwxyz"
const digits = "0123456789"

const alphabets: { readonly [name: string]: string } = {
  a: letters + letters.toUpperCase() + digits,
  b: `${letters + letters.toUpperCase() + digits}+/`,
  d: digits,
  h: "0123456789abcdef",
  i: letters + digits,
  l: letters + letters.toUpperCase(),
  u: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  w: `${letters + letters.toUpperCase() + digits}-_`
}

/** A generator of random numbers from 0 to 1, the same for the same seed (mulberry32). */
export const randomFrom = (seed: number): () => number => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    const more = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((more ^ (more >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** `count` characters of an alphabet. The last one is a letter or digit, so that the secret ends at the end of a word. */
const body = (name: string, count: number, random: () => number): string => {
  const pick = (from: string) => from[Math.floor(random() * from.length)]!
  const last = alphabets[name]!.replace(/[^A-Za-z0-9]/g, "")
  return Array.from({ length: count }, (_, index) => pick(index === count - 1 ? last : alphabets[name]!)).join("")
}

const base64url = (text: string): string => Buffer.from(text).toString("base64url")

/** A secret, and the text that contains it and shows what it is. */
export interface Secret {
  readonly secret: string
  readonly text: string
}

/** Generates a secret of this form. */
export const secretOf = (form: string, random: () => number): Secret => {
  const made = form.replaceAll(
    /\{(?:([a-z])(\d+)|(uuid|jwt))\}/g,
    (_, name: string, count: string, word: string | undefined) =>
      word === "uuid"
        ? [8, 4, 4, 4, 12].map((length) => body("h", length, random)).join("-")
        : word === "jwt"
        ? base64url("{\"alg\":\"HS256\"}") + "." + base64url(`{"sub":"${body("a", 12, random)}"}`)
        : body(name, Number(count), random)
  )
  const parts = made.split("|")
  return { secret: parts[1] ?? made, text: parts.join("") }
}

/** The issuer, the form of its secrets, and a text that is not a secret. */
export type Row = readonly [issuer: string, form: string, innocent: string]

/** All forms. */
export const secretForms: ReadonlyArray<Row> = [
  // Model vendors.
  ["OpenAI, project", "sk-proj-{w74}T3BlbkFJ{w74}", "sk-proj- is the prefix of a project's keys"],
  ["OpenAI, service account", "sk-svcacct-{w58}T3BlbkFJ{w58}", "sk-svcacct- and sk-admin-"],
  ["OpenAI, admin", "sk-admin-{w58}T3BlbkFJ{w58}", "the sk-admin- family"],
  ["OpenAI, older", "sk-{a20}T3BlbkFJ{a20}", "sk-learn-contrib-examples"],
  ["OpenAI, session", "sess-{a40}", "sess-start-of-the-day"],
  ["Anthropic", "sk-ant-api03-{w93}AA", "sk-ant-api"],
  ["Anthropic, admin", "sk-ant-admin01-{w93}AA", "sk-ant-"],
  ["OpenRouter", "sk-or-v1-{h64}", "sk-or-"],
  ["Langfuse", "sk-lf-{uuid}", "sk-lf-key"],
  ["DeepSeek", "sk-{h32}", "sk-fading-circle12"],
  ["Google", "AIza{w35}", "AIzawa et al."],
  ["Hugging Face", "hf_{l34}", "hf_hub_download(repo_id, filename)"],
  ["Hugging Face, organization", "api_org_{l34}", "api_org_members_list_by_team"],
  ["Groq", "gsk_{a52}", "gsk_model_name_default"],
  ["xAI", "xai-{a80}", "xai-explainability-toolkit"],
  ["Perplexity", "pplx-{a48}", "pplx-70b-online"],
  ["Replicate", "r8_{a37}", "r8_unorm format"],
  ["Fireworks", "fw_{a24}", "fw_config_version_2_of_board"],
  ["Cerebras", "csk-{i48}", "csk-test-module-b"],
  ["Together", "tgp_v1_{w43}", "tgp_v1_beta"],
  ["Nvidia", "nvapi-{w64}", "nvapi-rs"],
  ["Tavily", "tvly-dev-{a32}", "tvly-dev"],
  ["Pinecone", "pcsk_{a6}_{a60}", "pcsk_index"],
  ["Voyage", "pa-{w43}", "pa-system-for-rooms"],
  ["Jina", "jina_{a60}", "jina_embeddings_v3"],
  ["ElevenLabs", "sk_{h48}", "sk_buff is the kernel's socket buffer"],
  ["LangSmith", "lsv2_pt_{h32}_{h10}", "lsv2_pt_x"],
  ["Logfire", "pylf_v1_eu_{a43}", "pylf_v1_eu"],
  ["Apify", "apify_api_{a36}", "apify_api_client"],
  ["E2B", "e2b_{h40}", "e2b_code_interpreter"],
  ["RunPod", "rpa_{u42}", "rpa_workflow_step"],
  ["Firecrawl", "fc-{h32}", "fc-cache -f -v"],
  ["Cartesia", "sk_car_{a22}", "sk_car_model"],
  ["Browserbase", "bb_live_{a27}", "bb_live_score"],
  ["Cursor", "key_{h64}", "key_derivation_function_of_the_store"],
  ["Azure, Entra ID", "{a3}8Q~{w34}", "page 8Q~ of it"],
  // Clouds and hosting.
  ["AWS", "AKIA{u16}", "AKIA starts a key"],
  ["AWS, temporary", "ASIA{u16}", "ASIA-PACIFIC"],
  ["AWS, bearer", "ABIA{u16}", "ABIA is a prefix"],
  ["AWS, context", "ACCA{u16}", "ACCA members"],
  ["AWS, Bedrock", "ABSK{b110}", "ABSK is a prefix"],
  ["AWS, Bedrock, short-lived", "bedrock-api-key-{b110}", "bedrock-api-key-id"],
  ["Amazon MWS", "amzn.mws.{uuid}", "amzn.mws.orders"],
  ["Google, OAuth", "ya29.{w60}", "ya29."],
  ["Google, client", "GOCSPX-{w28}", "GOCSPX-"],
  ["Google, refresh", "1//|0{w60}", "1//0 is an error"],
  ["Alibaba", "LTAI{i20}", "LTAI is a prefix"],
  ["DigitalOcean", "dop_v1_{h64}", "dop_v1_"],
  ["DigitalOcean, OAuth", "doo_v1_{h64}", "doo_v1_token"],
  ["DigitalOcean, refresh", "dor_v1_{h64}", "dor_v1_token"],
  ["Heroku", "HRKU-AA{w58}", "HRKU-AA"],
  ["Cloudflare, origin", "v1.0-{h24}-{h146}", "v1.0-beta-of-the-library-2024"],
  ["Fly.io", "fo1_{w43}", "fo1_x"],
  ["Fly.io, older", "fm1r_{b110}", "fm1r_radio"],
  ["Vercel", "vcp_{a24}", "vcp_server_name"],
  ["Cloudflare, user", "cfut_{a40}", "cfut_x"],
  ["AWS, older", "A3T{u17}", "A3T0"],
  ["Fly.io, macaroon", "fm2_{b110}", "fm2_radio"],
  ["Yandex", "AQVN{w36}", "AQVN is a prefix"],
  ["Yandex, IAM", "t1.{w43}.{w86}", "t1.micro is an instance"],
  ["Defined Networking", "dnkey-{w26}-{w52}", "dnkey-x"],
  ["Firebase, server", "AAAA{w7}:APA91b{w134}", "AAAAAAAAAAA:APA91b"],
  ["PlanetScale", "pscale_tkn_{w43}", "pscale_tkn_name"],
  ["PlanetScale, password", "pscale_pw_{w43}", "pscale_pw_"],
  ["Supabase", "sbp_{h40}", "sbp_projects"],
  ["Supabase, secret", "sb_secret_{w32}", "sb_secret_name"],
  ["Neon", "napi_{i64}", "napi_create_string_utf8(env, text)"],
  ["Netlify", "nfp_{a36}", "nfp_header"],
  ["Render", "rnd_{a28}", "rnd_seed_value"],
  ["Tailscale", "tskey-auth-{a12}-{a32}", "tskey-auth"],
  ["Databricks", "dapi{h32}", "dapification"],
  ["Pulumi", "pul-{h40}", "pul-request-template"],
  ["Prefect", "pnu_{a36}", "pnu_lib"],
  ["Scalingo", "tk-us-{w48}", "tk-us-east"],
  ["MongoDB Atlas", "mdb_sa_sk_{w40}", "mdb_sa_sk_"],
  ["Vault", "hvs.{w95}", "hvs.test"],
  ["Vault, batch", "hvb.{w138}", "hvb.test"],
  ["Vault, older", "s.a1{a22}", "s.someMethodWithALongNameHere"],
  ["Doppler", "dp.pt.{a43}", "dp.pt.x"],
  ["Terraform Cloud", "{a14}.atlasv1.{w64}", "atlasv1.example"],
  ["OpenShift", "sha256~{w43}", "sha256~"],
  ["1Password, account", "ops_eyJ{b250}", "ops_eyJ"],
  ["1Password, secret", "A3-{u6}-{u6}-{u5}-{u5}-{u5}-{u5}", "A3-size paper"],
  ["ClickHouse", "4b1d{a38}", `4b1d${"0".repeat(36)} is a hash`],
  // Code hosting, continuous integration, registries.
  ["GitHub", "ghp_{a36}", "ghp_import -n docs"],
  ["GitHub, OAuth", "gho_{a36}", "gho_name"],
  ["GitHub, user", "ghu_{a36}", "ghu_name"],
  ["GitHub, app", "ghs_{a36}", "ghs_state_of_repository"],
  ["GitHub, refresh", "ghr_{a76}", "ghr_name"],
  ["GitHub, fine-grained", "github_pat_{a22}_{a59}", "github_pat_name"],
  ["GitLab", "glpat-{w20}", "glpat-name"],
  ["GitLab, routable", "glpat-{w27}.01.{i9}", "glpat-x.y"],
  ["GitLab, deploy", "gldt-{w20}", "gldt-name"],
  ["GitLab, runner", "glrt-{w20}", "glrt-name"],
  ["GitLab, job", "glcbt-{a2}_{w20}", "glcbt-name"],
  ["GitLab, trigger", "glptt-{h40}", "glptt-name"],
  ["GitLab, feed", "glft-{w20}", "glft-name"],
  ["GitLab, mail", "glimt-{w25}", "glimt-name"],
  ["GitLab, agent", "glagent-{w50}", "glagent-name"],
  ["GitLab, application", "gloas-{w64}", "gloas-name"],
  ["GitLab, SCIM", "glsoat-{w20}", "glsoat-name"],
  ["GitLab, older runner", "GR1348941{w20}", "GR1348941"],
  ["Bitbucket", "ATBB{a32}", "ATBB"],
  ["Atlassian", "ATATT3xFfGF0{w180}", "ATATT3"],
  ["Sourcegraph", "sgp_{h16}_{h40}", "sgp_local"],
  ["Sonar", "squ_{h40}", "squ_name"],
  ["Buildkite", "bkua_{h40}", "bkua_name"],
  ["CircleCI", "CCIPAT_{a22}_{h40}", "CCIPAT_NAME"],
  ["npm", "npm_{a36}", "npm_config_registry and npm_package_version"],
  ["PyPI", "pypi-AgEIcHlwaS5vcmc{w100}", "pypi-server-of-the-team"],
  ["RubyGems", "rubygems_{h48}", "rubygems_version"],
  ["NuGet", "oy2{i43}", "oy2a"],
  ["Crates.io", "cio{a32}", "cioran"],
  ["Docker", "dckr_pat_{w27}", "dckr_pat_x"],
  ["Clojars", "CLOJARS_{i60}", "CLOJARS_USERNAME"],
  ["Artifactory", "AKCp{a69}", "AKCp"],
  ["Artifactory, reference", "cmVmd{a59}", "cmVmdXNl"],
  ["Octopus Deploy", "API-{u26}", "API-REFERENCE"],
  ["Postman", "PMAK-{h24}-{h34}", "PMAK-name"],
  ["Postman, collection", "PMAT-{u26}", "PMAT-name"],
  ["Snyk", "snyk_uat.{h8}.eyJ{w60}.{w43}", "snyk_uat.x"],
  ["Zuplo", "zpka_{h32}_{h8}", "zpka_name"],
  ["Azure DevOps", "{a76}AZDO{a4}", "AZDO is an error's prefix"],
  ["Figma", "figd_{w40}", "figd_x"],
  ["Linear", "lin_api_{a40}", "lin_api_client"],
  ["Notion", "ntn_{d11}{a35}", "ntn_page"],
  ["Notion, older", "secret_{a43}", "secret_name_of_the_store"],
  ["Airtable", "pat{a14}.{h64}", "pattern.match"],
  ["HubSpot", "pat-na1-{uuid}", "pat-na1"],
  ["Harness", "pat.{w22}.{a24}.{a20}", "pat.name.first.last"],
  ["Infracost", "ico-{a32}", "ico-arrow-left"],
  ["Readme", "rdme_{i70}", "rdme_page"],
  ["Adobe", "p8e-{i32}", "p8e-x"],
  ["Adafruit", "aio_{a28}", "aio_pika"],
  ["Typeform", "tfp_{a44}_{a14}", "tfp_x"],
  ["MaxMind", "{a6}_{a29}_mmk", "the_mmk"],
  ["Settlemint", "sm_aat_{a16}", "sm_aat_x"],
  ["Authress", "sc_{i12}.{i4}.acc-{i16}.{b40}", "sc_name.x.acc"],
  ["age", "AGE-SECRET-KEY-1{u58}", "AGE-SECRET-KEY-1"],
  ["LaunchDarkly", "sdk-{uuid}", "sdk-for-javascript-in-browsers"],
  ["Contentful", "CFPAT-{w43}", "CFPAT-x"],
  ["42", "s-s4t2ud-{h64}", "s-s4t2ud-x"],
  ["JWT in base64", "ZXlK{b80}", "ZXlK"],
  // Chat and mail.
  ["Slack, bot", "xoxb-{d12}-{d12}-{a24}", "xoxb-"],
  ["Slack, user", "xoxp-{d12}-{d12}-{d12}-{h32}", "xoxp-"],
  ["Slack, session", "xoxc-{d12}-{d12}-{d12}-{h64}", "xoxc-"],
  ["Slack, cookie", "xoxd-{w80}", "xoxd-"],
  ["Slack, configuration", "xoxe.xoxp-1-{u160}", "xoxe."],
  ["Slack, app", "xapp-1-{u11}-{d13}-{h64}", "xapp-"],
  ["Slack, webhook", "https://hooks.slack.com/services/|T{u10}/B{u10}/{a24}", "https://hooks.slack.com/services"],
  [
    "Teams, webhook",
    "https://x.webhook.office.com/webhookb2/|{uuid}@{uuid}/IncomingWebhook/{h32}/{uuid}",
    "/webhookb2/"
  ],
  ["Zapier, webhook", "https://hooks.zapier.com/hooks/catch/|{d7}/{i7}", "https://hooks.zapier.com/hooks/catch"],
  ["Discord, webhook", "https://discord.com/api/webhooks/{d18}/|{w68}", "https://discord.com/api/webhooks/1"],
  ["Slack, workflow", "xwfp-{d10}-{a20}", "xwfp-"],
  ["Discord, user", "mfa.{w84}", "mfa.enabled"],
  ["Brevo, SMTP", "xsmtpsib-{h64}-{a16}", "xsmtpsib-x"],
  ["Discord, bot", "M{w23}.{w6}.{w38}", "Manual.section.paragraph"],
  ["Telegram", "{d10}:AA{w33}", "12:30:AA"],
  ["SendGrid", "SG.{w22}.{w43}", "SG.example"],
  ["Mailchimp", "{h32}-us12", "aws-us12 and 0123456789abcdef0123456789abcdef"],
  ["Mailgun", "key-{h32}", "key-value-store"],
  ["MailerSend", "mlsn.{h64}", "mlsn.com"],
  ["Brevo", "xkeysib-{h64}-{a16}", "xkeysib-x"],
  ["Resend", "re_{a8}_{a24}", "re_export_all"],
  ["Twilio", "SK{h32}", "SKU 1234"],
  // Monitoring.
  ["New Relic", "NRAK-{u27}", "NRAK-"],
  ["New Relic, browser", "NRJS-{h19}", "NRJS-"],
  ["New Relic, insert", "NRII-{w32}", "NRII-"],
  ["Sentry", "sntrys_{b140}_{b43}", "sntrys_x"],
  ["Sentry, user", "sntryu_{h64}", "sntryu_x"],
  ["Grafana, service account", "glsa_{a32}_{h8}", "glsa_x"],
  ["Grafana Cloud", "glc_{b80}", "glc_name"],
  ["Grafana, older", "eyJrIjoi{a80}", "eyJrIjoi"],
  ["Honeycomb", "hcaik_{i58}", "hcaik_x"],
  ["Dynatrace", "dt0c01.{u24}.{u64}", "dt0c01.x"],
  ["Axiom", "xaat-{uuid}", "xaat-x"],
  ["PostHog", "phx_{a43}", "phx_router"],
  // Payment and shops.
  ["Stripe", "sk_live_{a24}", "sk_live_"],
  ["Stripe, restricted", "rk_live_{a99}", "rk_live_"],
  ["Stripe, test", "sk_test_{a24}", "sk_test_"],
  ["Stripe, webhook", "whsec_{a32}", "whsec_"],
  ["Square", "sq0atp-{w22}", "sq0atp-"],
  ["Square, OAuth", "sq0csp-{w43}", "sq0csp-"],
  ["Square, newer", "EAAA{w60}", "EAAA"],
  ["Facebook", "EAAM{a120}", "EAAM"],
  ["Shopify", "shpat_{h32}", "shpat_"],
  ["Shopify, shared", "shpss_{h32}", "shpss_"],
  ["Shopify, private", "shppa_{h32}", "shppa_"],
  ["Shopify, custom", "shpca_{h32}", "shpca_"],
  ["Plaid", "access-sandbox-{uuid}", "access-sandbox-guide"],
  ["Lob", "live_{h35}", "live_update"],
  ["GoCardless", "live_{w40}", "live_x"],
  ["Duffel", "duffel_live_{w43}", "duffel_live_"],
  ["EasyPost", "EZAK{i54}", "EZAK"],
  ["Flutterwave", "FLWSECK_TEST-{h32}-X", "FLWSECK_TEST"],
  ["Frame.io", "fio-u-{w64}", "fio-u-x"],
  ["Shippo", "shippo_live_{h40}", "shippo_live_"],
  ["Branch", "key_live_{a32}", "key_live_x"],
  ["Razorpay", "rzp_live_{a14}", "rzp_live_"],
  ["Dropbox", "sl.{w140}", "sl.example"],
  // General forms.
  ["JWT", "{jwt}.{w43}", "eyJ is the beginning"],
  [
    "a private key",
    "-----BEGIN RSA PRIVATE KEY-----\\n|{b64}\\n{b64}|\\n-----END RSA PRIVATE KEY-----",
    "BEGIN RSA PRIVATE KEY"
  ],
  ["PuTTY, private key", "Private-Lines: 2\\n|{b64}\\n{b64}|\\nPrivate-MAC: {h40}", "Private-Lines: none of them"],
  ["Bearer", "Bearer |{w40}", "a bearer of news, Bearer authentication"],
  ["a login", "postgres://app:|{a24}|@db.test:5432/main", "postgres://db.test:5432/main"],
  ["a driver's login", "app:|{a24}|@tcp(db.test:3306)/main", "app@tcp(db.test:3306)"],
  ["a signed address", "https://b.test/o?X-Amz-Signature=|{h64}", "https://b.test/o?flag"]
]

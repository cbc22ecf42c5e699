/**
 * The forms of secrets that can be recognized anywhere, by their prefix and what follows it.
 *
 * The forms come from vendor documentation and public lists of secret scanners. Every form begins at the start of a word of at least ten characters
 * (`tokens.ts`), and either matches or gives up after a bounded number of characters. The tests have, for each form, an example that is hidden and
 * one that is not.
 */

const alphanumeric = "[A-Za-z0-9]"
const wordlike = "[\\w-]"
const base64 = "[\\w+/=-]"
const hex = "[A-Fa-f0-9]"
const uuid = "[a-f0-9]{8}-[a-f0-9-]{27}"

/** Prefixes (regular expression sources) that are followed by at least this many of these characters. */
type Row = readonly [characters: string, least: number, prefixes: ReadonlyArray<string>]

const rows: ReadonlyArray<Row> = [
  // Model vendors.
  [wordlike, 8, ["sk-(?:ant|proj|svcacct|admin|or|lf|helicone)-"]],
  [wordlike, 16, ["sk-", "csk-", "nvapi-", "pplx-", "tvly-", "tgp_v1_"]],
  [alphanumeric, 16, [
    "hf_",
    "api_org_",
    "gsk_",
    "xai-",
    "jina_",
    "r8_",
    "fw_",
    "rpa_",
    "e2b_",
    "apify_api_",
    "sk_car_",
    "bb_live_"
  ]],
  ["\\w", 16, ["pcsk_", "lsv2_[ps][kt]_", "pylf_v\\d_", "zpka_"]],
  [wordlike, 40, ["pa-", "sess-"]],
  [hex, 40, ["sk_", "key_"]],
  // Clouds and hosting.
  [wordlike, 20, ["AIza", "AQVN", "GOCSPX-", "v1\\.0-(?=[a-f0-9]{20})", "fo1_", "HRKU-", "sha256~"]],
  ["[A-Z0-9]", 16, ["A(?:KI|SI|BI|CC)A", "A3T"]],
  [alphanumeric, 16, ["LTAI", "do[opr]_v1_", "nfp_", "rnd_", "vc[pkira]_", "sbp_", "napi_", "cf[aou]t_"]],
  [wordlike, 16, [
    "sb_secret_",
    "tskey-",
    "mdb_sa_sk_",
    "pscale_(?:tkn|oauth|pw)_",
    "pnu_",
    "tk-us-",
    "CFPAT-",
    "dnkey-"
  ]],
  [hex, 32, ["dapi", "pul-", "s-s4t2(?:ud|af)-"]],
  [base64, 60, ["ABSK", "bedrock-api-key-", "fm1[ar]_", "fm2_", "ops_eyJ", "ZXlK"]],
  // Code hosting, continuous integration, package registries.
  [alphanumeric, 16, [
    "gh[opusr]_",
    "bk[a-z]{2}_",
    "rubygems_",
    "CLOJARS_",
    "rdme_",
    "sgp_(?:[a-f0-9]{16}_|local_)?",
    "sq[apu]_"
  ]],
  [wordlike, 16, [
    "github_pat_",
    "CCIP(?:AT|RJ)_",
    "pypi-",
    "dckr_[po]at_",
    "GR1348941",
    "PMA[KT]-",
    "figd_",
    "ico-(?=\\w{20})"
  ]],
  [alphanumeric, 30, ["npm_", "cio", "AKCp"]],
  [wordlike, 16, ["AT(?:AT|CT|B)T", "ATBB", "lin_(?:api|oauth)_", "ntn_", "sm_[aps]at_"]],
  // Chat and mail.
  [wordlike, 8, ["xox[a-z](?:\\.xox[a-z])?-", "xapp-", "xwfp-"]],
  [wordlike, 16, ["xkeysib-", "xsmtpsib-", "mlsn\\."]],
  // Monitoring.
  [wordlike, 16, ["NR(?:AK|JS|II|IQ|RA|BR)-", "glsa_", "hc[a-z][ilm]k_", "xa[ap]t-", "ph[xs]_"]],
  [base64, 24, ["glc_", "sntry[a-z]_", "eyJrIjoi"]],
  // Payment and shops.
  [alphanumeric, 8, ["[srp]k_(?:live|test|prod)_", "rzp_(?:live|test)_", "key_live_"]],
  [base64, 16, ["whsec_", "duffel_(?:test|live)_", "fio-u-"]],
  [wordlike, 16, ["shp(?:at|ca|pa|ss|tka|ua)_", "sq0[a-z]{3}-", "FLW(?:SEC|PUB)K(?:_TEST)?-", "shippo_(?:test|live)_"]],
  [wordlike, 40, ["(?<![\\w+/]{12})EAAA"]],
  [alphanumeric, 40, ["EZ[AT]K", "(?<![\\w+/]{12})EAA"]],
  // Personal keys.
  ["[A-Z0-9]", 40, ["AGE-SECRET-KEY-(?:PQ-)?1"]],
  [alphanumeric, 24, ["p8e-", "aio_"]],
  [wordlike, 40, ["tfp_", "sl\\.(?:u\\.)?"]]
]

/** Prefixes that are followed by several parts, separated by dots. */
const dotted = [
  "hv[bsr]\\.",

  "dt0[a-z]\\d\\d\\.",
  "dp\\.[a-z]{2,5}\\.(?:[a-z0-9_-]+\\.)?",
  "ya29\\.",
  "gl[a-z]{2,5}-"
]

/** Other forms, written out completely. */
const others: ReadonlyArray<string> = [
  // SendGrid.
  "SG\\.[\\w-]{16,}\\.[\\w-]{16,}",
  // Discord bots and users.
  "[MNO][\\w-]{22,27}\\.[\\w-]{6}\\.[\\w-]{27,}",
  "mfa\\.[\\w-]{60,}",
  // Snyk, Yandex Cloud, Firebase server key.
  "snyk_(?:uat|rt)\\.[a-f0-9]{8}\\.[\\w.-]{16,}",
  "t1\\.[\\w-]{20,}={0,2}\\.[\\w-]{60,}",
  "AAAA[\\w-]{7}:APA91b[\\w-]{60,}",
  // Google refresh token.
  "(?<=1//)0[\\w-]{30,}",
  // Airtable, HubSpot, Harness, Authress.
  "pat[A-Za-z0-9]{14}\\.[a-f0-9]{40,}",
  `pat-[a-z]{2}\\d-${uuid}`,
  "[ps]at\\.[\\w-]{20,24}\\.[A-Za-z0-9]{20,}\\.[A-Za-z0-9]{16,}",
  "(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\\.[A-Za-z0-9]{4,6}\\.acc[_-][A-Za-z0-9-]{10,32}\\.[\\w+/=-]{30,120}",
  // Resend, Mailgun, Twilio.
  "re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}",
  "(?:key|pubkey)-[a-f0-9]{32}(?![\\w-])",
  "SK[a-f0-9]{32}(?!\\w)",
  // Lob, GoCardless.
  "(?:live|test)_(?:pub_)?[A-Za-z0-9]{35,}",
  // Written out, because V8 counts slowly.
  `live_${"[\\w=-]".repeat(40)}(?![\\w=-])`,
  // LaunchDarkly, Plaid, Amazon Marketplace.
  `(?:sdk|mob|api)-${uuid}`,
  `access-(?:sandbox|development|production)-${uuid}`,
  `amzn\\.mws\\.${uuid}`,
  // NuGet, Octopus Deploy, Artifactory, ClickHouse, 1Password, Firecrawl, Notion, Vault.
  "oy2[a-z0-9]{43}(?!\\w)",
  "API-[A-Z0-9]{26}(?!\\w)",
  "cmVmd[A-Za-z0-9]{59}(?![\\w+=])",
  "4b1d[A-Za-z0-9]{38}(?!\\w)",
  "A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}(?!\\w)",
  "fc-[a-f0-9]{32}(?!\\w)",
  "secret_[A-Za-z0-9]{43}(?!\\w)",
  "s\\.(?=[A-Za-z]{0,23}\\d)[A-Za-z0-9]{24}(?![\\w.])"
]

/** At the place where a text was cut, fewer characters are enough. */
const orCut = (characters: string, least: number): string => `(?:${characters}{${least},}|${characters}*(?=…))`

/** All forms, as regular expression sources. Each begins with a character, a class, or a group of alternatives. */
export const forms: ReadonlyArray<string> = [
  ...rows.flatMap(([characters, least, prefixes]) => prefixes.map((prefix) => prefix + orCut(characters, least))),
  ...dotted.map((prefix) => `${prefix}${orCut(wordlike, 16)}(?:\\.[\\w=-]+)*`),
  ...others
]

/** Forms without a fixed prefix, by a text that they all contain. If that text is common, `more` is a stricter test. */
export const formsAround: ReadonlyArray<readonly [word: string, form: string, more?: RegExp]> = [
  // Client secret of Microsoft Entra ID.
  ["Q~", "[\\w~.-]{3}\\dQ~[\\w~.-]{31,}"],
  // Azure DevOps, Terraform Cloud, Mailchimp, MaxMind.
  ["AZDO", "[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?!\\w)"],
  ["atlasv1", "[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{40,}"],
  ["-us", "[a-f0-9]{32}-us\\d{1,2}(?![\\w-])", /-us\d/],
  ["_mmk", "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?!\\w)"]
]

/**
 * The published forms of personal data. Each row is a form, and a text that looks similar but is not personal data.
 *
 * This file contains no one's data: digits are generated from a seed. `{d4}` means four digits, `{n3}` three digits of which the first is 2 to 9,
 * `{l6}` six letters, `{i8}` letters and digits, `{h4}` hexadecimal digits, `{octet}` 0 to 255, `{luhn}` the check digit of the digits before it. `|`
 * marks where the personal data begins and ends, if it is not the whole text.
 */

const letters = "abcdefghijklmnopqrstuvwxyz"
const digits = "0123456789"

const alphabets: { readonly [name: string]: string } = {
  d: digits,
  e: "123456789",
  h: `${digits}abcdef`,
  i: letters + digits,
  l: letters
}

/** The check digit for a number (ISO/IEC 7812-1, annex B). */
export const checkDigit = (text: string): string => {
  const values = [...text.replace(/\D/g, "")].map(Number).reverse()
  const sum = values.reduce(
    (total, digit, place) => total + (place % 2 === 0 ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][digit]! : digit),
    0
  )
  return String((10 - (sum % 10)) % 10)
}

/** Generates a text of this form, of which personal data may be only a part. */
export const personOf = (form: string, random: () => number): { readonly text: string; readonly data: string } => {
  const parts = filled(form, random).split("|")
  return { text: parts.join(""), data: parts[1] ?? parts[0]! }
}

const filled = (form: string, random: () => number): string => {
  const pick = (from: string) => from[Math.floor(random() * from.length)]!
  const text = form.replaceAll(
    /\{(?:([a-z])(\d+)|(octet))\}/g,
    (_, name: string, count: string, word?: string) =>
      word === "octet"
        ? String(Math.floor(random() * 256))
        : Array.from(
          { length: Number(count) },
          (_, at) => name === "n" ? pick(at === 0 ? "23456789" : digits) : pick(alphabets[name]!)
        ).join("")
  )
  const at = text.indexOf("{luhn}")
  return at < 0 ? text : text.replace("{luhn}", checkDigit(text.slice(0, at)))
}

/** What the data is, its form, and a text that is left alone. */
export type PersonalRow = readonly [what: string, form: string, innocent: string]

/** All forms. */
export const personalForms: ReadonlyArray<PersonalRow> = [
  // E-mail.
  ["e-mail", "{l6}@{l5}.com", "import { Agent } from \"@effect/ai\""],
  ["e-mail with dots", "{l4}.{l7}@{l5}.co.uk", "npm install effect@3.22.4 @effect/ai@0.37.0"],
  ["e-mail with a tag", "{l5}+{l4}@{l6}.io", "git clone git@github.com:effect/platform.git"],
  ["e-mail with digits", "{l3}{d3}@{d3}.com", "logo@2x.png and logo@3x.webp"],
  ["e-mail, capitals", "A.{l5}@{l4}.ORG", "deploy@localhost, root@db01"],
  ["e-mail, other characters", "o'{l4}_{l3}-x@{l3}-{l4}.museum", "getty@tty1.service is running"],
  ["e-mail, other scripts", "jörg.{l5}@büro-{l4}.de", "uses: actions/checkout@v4.1.1"],
  ["e-mail, punycode", "{l5}@xn--{i6}.xn--p1ai", "image@sha256:0123456789abcdef"],
  ["e-mail of a subdomain", "{l5}@mail.eu.{l4}.test", "ssh -p 22 deploy@host.example.com uptime"],
  ["e-mail as a link", "mailto:|{l5}@{l5}.net|", "ssh://git@github.com/effect/platform.git"],
  ["e-mail, encoded", "/users/|{l5}%40{l5}.com|/orders", "100%40off, 5%40"],
  ["e-mail in a header", "Alice <|{l5}@{l5}.com|>", "scp file deploy@host.example.com:/srv/app/"],
  // Phone.
  ["E.164", "+1{n3}{n3}{d4}", "+1500000 tokens, +12345678 bytes"],
  ["E.164, Germany", "+4915{d9}", "in +0200 and +05:30"],
  ["E.164, India", "+9198{d8}", "2024-08-06T10:30:00+02:00"],
  ["E.164, Iceland", "+354{n7}", "x = a +1000 -2000"],
  ["United States, international", "+1 ({n3}) {n3}-{d4}", "+1 000 000 and +20 000 000"],
  ["United States, dashes", "+1-{n3}-{n3}-{d4}", "@@ -1234,7 +1240,12 @@"],
  ["United States, dots", "+1.{n3}.{n3}.{d4}", "growth +12.5 +3.75"],
  ["United Kingdom, international", "+44 20 {n4} {d4}", "1e+1555123456"],
  ["United Kingdom, trunk zero", "+44 (0)20 {n4} {d4}", "diff +250 -113"],
  ["Germany, international", "+49 30 {n6}", "C++17, C++20"],
  ["Germany, slash", "+49 (0) 171/{n7}", "UTC+14 GMT+1"],
  ["France, international", "+33 6 {d2} {d2} {d2} {d2}", "+50000000"],
  ["Italy, international", "+39 06 {n4} {d4}", "base64 abc+4915112345679"],
  ["Japan, international", "+81-90-{d4}-{d4}", "a+2024-08-06"],
  ["Switzerland, 00", "0041 44 {n3} {d2} {d2}", "00123456789012"],
  ["Germany, 00", "0049-171-{n7}", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
  ["phone in a link", "tel:|+1-{n3}-{n3}-{d4}|", "tel: see below"],
  ["North America", "({n3}) {n3}-{d4}", "(404) not found"],
  ["North America, close", "({n3}){n3}-{d4}", "f(123)456"],
  ["North America, dashes", "{n3}-{n3}-{d4}", "2024-08-06 to 2024-09-06"],
  ["North America, dots", "{n3}.{n3}.{d4}", "version 2.10.0, 415.55.012"],
  ["North America, 1", "1-{n3}-{n3}-{d4}", "pages 1-200, 300-1000"],
  ["North America, called", "phone: |{n3} {n3} {d4}|", "GET / 200 5120 1024, 3 of 100 200 300 4000"],
  ["North America, spaces", "{n3} 555 {d4}", "sizes 128 256 512 1024 2048"],
  ["North America, JSON", "{\"phone\":\"|{n3}{n3}{d4}|\"}", "{\"phones\":\"none\",\"count\":4155550123}"],
  ["United Kingdom", "020 {n4} {d4}", "0123456789"],
  ["United Kingdom, mobile", "077{d2} {n6}", "08/06/2024 12:30"],
  ["United Kingdom, parentheses", "(020) {n4} {d4}", "08-06-2024 12:30:15"],
  ["Germany", "030/{n6}", "06.08.2024 12:30"],
  ["Germany, mobile", "0171 {n7}", "0.123456789 0.987654321"],
  ["Germany, parentheses", "(030) {n6}", "01 02 03 04 05 06 07 08"],
  ["France", "06 {d2} {d2} {d2} {d2}", "00 11 22 33 44 55 66"],
  ["France, dots", "01.{d2}.{d2}.{d2}.{d2}", "192.0.2 and 01.02.03"],
  ["Switzerland", "044 {n3} {d2} {d2}", "000 001 002 003 004"],
  ["Netherlands", "020-{n7}", "05-10, 010-020, 0100-0200"],
  ["Sweden", "070-{n3} {d2} {d2}", "at 09:30-10:30"],
  ["Japan", "03-{n4}-{d4}", "0-306-40615-2"],
  ["Japan, mobile", "090-{n4}-{d4}", "978-3-16-148410-0"],
  ["Korea", "010-{n4}-{d4}", "AA-BB-01-02-03-04-05-06"],
  ["Australia", "(02) {n4} {d4}", "(10) 12345678"],
  ["Australia, mobile", "0412 {n3} {d3}", "INV-2024-000123"],
  ["China, mobile", "138-{d4}-{d4}", "1234-5678-9012"],
  ["China, mobile, spaces", "139 {d4} {d4}", "128 256 512 1024 2048"],
  ["Brazil", "(11) 9{d4}-{d4}", "(2) 1234-5678-9012"],
  ["Russia", "8 (495) {d3}-{d2}-{d2}", "8 (of 495) 12-34"],
  // Cards.
  ["Visa", "4{d14}{luhn}", "4111111111111112"],
  ["Visa, spaces", "4{d3} {d4} {d4} {d3}{luhn}", "4111 1111 1111 1112"],
  ["Visa, dashes", "4{d3}-{d4}-{d4}-{d3}{luhn}", "4111-1111-1111-1112"],
  ["Visa, 13 digits", "4{d11}{luhn}", "1722938400000"],
  ["Visa, 19 digits", "4{d17}{luhn}", "1722938400000000000"],
  ["Mastercard", "55{d13}{luhn}", "5500000000000005"],
  ["Mastercard, two", "2221 0{d3} {d4} {d3}{luhn}", "2100000000000000"],
  ["American Express", "37{d12}{luhn}", "370000000000000"],
  ["American Express, groups", "34{d2} {d6} {d4}{luhn}", "1234 567890 12345"],
  ["Diners Club", "36{d11}{luhn}", "36000000000000"],
  ["Diners Club, groups", "36{d2} {d6} {d3}{luhn}", "1000 200000 3000"],
  ["Discover", "6011{d11}{luhn}", "1234567890123456"],
  ["JCB", "3530{d11}{luhn}", "0.4111111111111111"],
  ["UnionPay", "62{d13}{luhn}", "0x4111111111111111"],
  ["Maestro", "6759{d11}{luhn}", "a4111111111111111"],
  ["card in JSON", "{\"card\":|4{d14}{luhn}|,\"n\":1}", "{\"id\":1722938400123456,\"n\":1}"],
  ["card in a list", "card,|4{d14}{luhn}|,12/27", "1,722,938,400,123,456"],
  // IP addresses, version 4.
  ["IPv4", "203.0.{octet}.{octet}", "1.2.3"],
  ["IPv4, private", "192.168.{octet}.{octet}", "version 1.2.3.4"],
  ["IPv4 with a port", "|10.{octet}.{octet}.{octet}|:8080", "v1.2.3.4 and v10.0.0.1-rc1"],
  ["IPv4 with a mask", "|172.16.{octet}.0|/24", "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36"],
  ["IPv4 in a URL", "http://|198.51.100.{octet}|/path", "{\"version\":\"1.2.3.4\",\"n\":1}"],
  ["IPv4 as a parameter", "ip=|198.51.100.{octet}|", "requires x>=1.2.3.4, y == 1.2.3.4"],
  ["IPv4 in brackets", "client [|203.0.113.{octet}|]", "section 1.2.3.4"],
  ["IPv4 before a period", "It was |203.0.113.{octet}|.", "1.3.6.1.4.1.311"],
  ["IPv4 of a user", "ssh root@|203.0.113.{octet}|", "package-1.2.3.4.tar.gz"],
  ["IPv4, range", "10.0.0.{octet}-10.0.1.{octet}", "256.1.1.1 and 1.1.1.999"],
  [
    "IPv4 in the log of a server",
    "|203.0.{octet}.{octet}| - - [06/Aug/2024:10:30:00 +0000] \"GET / HTTP/1.1\" 200 5",
    "10.0.19045.3693"
  ],
  // IP addresses, version 6.
  ["IPv6", "2001:db8:{h4}:{h4}:{h4}:{h4}:{h4}:{h4}", "00:1a:2b:3c:4d:5e"],
  ["IPv6, short", "2001:db8::{h4}:1", "std::vector<int> a::b Foo::bar"],
  ["IPv6, link", "|fe80::1{h3}:{h4}|%eth0", "dead::beef, face::cafe"],
  ["IPv6, loopback", "::1", "12:34:56 and 2024:08:06"],
  ["IPv6 with a port", "[|2001:db8::{h4}|]:443", "items[::2], items[1::2]"],
  ["IPv6 in a URL", "http://[|2001:db8::{h4}|]/path", "arn:aws:iam::123456789012:user/me"],
  ["IPv6 with a mask", "|2001:db8:{h4}::|/48", "arn:aws:s3:::bucket/key"],
  ["IPv6, mapped", "::ffff:192.0.2.{octet}", "00:11:22:33:44:55:66:77"],
  ["IPv6 behind a key", "client:|2001:db8::{h4}|", "a:1:2:b"],
  ["IPv6 before a colon", "|2001:db8::{h4}|: refused", "sha256:e3b0c442"],
  ["IPv6, capitals", "2001:0DB8:0000:0000:0000:FF00:0042:{d4}", "a::before { content: '' }"]
]

/** Forms of texts without personal data, to be filled at random. */
export const innocentForms: ReadonlyArray<string> = [
  "2024-0{e1}-1{d1}",
  "2024-0{e1}-1{d1}T1{d1}:2{d1}:3{d1}.{d3}Z",
  "2024-0{e1}-1{d1} 1{d1}:2{d1}:3{d1},{d3} INFO",
  "1{d1}/0{e1}/2024 1{d1}:2{d1}",
  "17{d8}",
  "17{d11}",
  "17{d14}",
  "17{d17}",
  "{h8}-{h4}-4{h3}-a{h3}-{h12}",
  "{h8}-{h4}-4{d3}-8{d3}-{d12}",
  "{h32}",
  "{h40}",
  "{h64}",
  "{h7}",
  "0x{h16}",
  "trace {h32} span {h16}",
  "00-{h32}-{h16}-01",
  "run_01J{i20}",
  "call_{i24}",
  "order {d6}",
  "id={d8}",
  "ORD-{d4}-{d6}",
  "#{d5}",
  "${e1},{d3}.{d2}",
  "€ {e1}.{d3},{d2}",
  "{e1} {d3} {d3}",
  "{e1}{d2} {d3} {d3} tokens",
  "USD {d4}.{d2}",
  "0.{d17}",
  "{d2}.{d6}, {d2}.{d6}",
  "lat={d2}.{d6}&lon={d1}.{d6}",
  "{e1}.{d1}.{d2}",
  "v{e1}.{d1}.{d1}.{d2}",
  "^{e1}.{d1}.{d2}",
  "node@{e1}{d1}.{d1}.{d1}",
  "@{l5}/{l6}@{e1}.{d1}.{d2}",
  "git@{l5}.com:{l4}/{l6}.git",
  "git+ssh://git@{l5}.com/{l4}/{l6}.git",
  "{l5}@{l6}",
  "localhost:{e1}{d3}",
  "http://localhost:{e1}{d3}/{l5}/{d4}",
  "db-{d2}.{l5}.internal:5432",
  "took {d3} ms, {d4} bytes, {d2}.{d1} %",
  "{d3} of {d4}",
  "at {l5} (/app/src/{l6}.ts:{e1}{d2}:{e1}{d1})",
  "gpt-4o-2024-0{e1}-1{d1}, claude-sonnet-4-2025{d4}",
  "{h2}:{h2}:{h2}:{h2}:{h2}:{h2}",
  "1{d1}:2{d1}:3{d1}",
  "{l4}::{l5}::{l6}",
  "[{d2}, {d3}, {d4}]",
  "{d3} {d3} {d4} {d2}",
  "ISBN 978-{d1}-{d2}-{d6}-{d1}",
  "{i4}{l2}-{i8}",
  "sha256:{h64}",
  "{\"n\":{d6},\"at\":17{d11},\"list\":[{d3},{d4}]}",
  "pid {d5}, port {d5}, code {d3}",
  "Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/1{d2}.0.{d1}.0 Safari/537.36",
  "lines 1{d2}-2{d2}, bytes 1{d3}-2{d3}/{d5}",
  "TICKET-{d5}: done, see PR {d4}",
  "{d2}x{d3} px, {d1}:{d1}"
]

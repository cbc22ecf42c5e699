import { afterAll, beforeAll, expect, it } from "vitest"
import type { Attributes } from "../../src/records/attributes.js"
import { fileOf, lineOf } from "../viewer/samples.js"
import { type Browser, launch } from "./chromium.js"
import { type Opened, openRecords, openUrl, pageFile } from "./opened.js"
import { describeInBrowser } from "./suite.js"

const events = [
  "onload",
  "onerror",
  "onfocus",
  "onmouseover",
  "ontoggle",
  "onanimationstart",
  "onbegin",
  "onpointerenter"
]
const elements = [
  "img src=x",
  "svg",
  "iframe",
  "video src=x",
  "audio src=x",
  "body",
  "details open",
  "input autofocus",
  "object data=x",
  "marquee"
]

/** Texts that would set `window.__pwned` if anything treated them as more than text: 100 of them, in HTML, Markdown and script form. */
const payloads: ReadonlyArray<string> = [
  ...elements.flatMap((element) => events.map((event) => `<${element} ${event}=window.__pwned=1>`)),
  "<script>window.__pwned=1</script>",
  "</script><script>window.__pwned=1</script>",
  "</pre></code><script>window.__pwned=1</script>",
  "</textarea></title></style><script>window.__pwned=1</script>",
  "<!--<script>window.__pwned=1</script>-->",
  "]]><script>window.__pwned=1</script>",
  "[x](javascript:window.__pwned=1)",
  "![x](x \"onerror=window.__pwned=1\")",
  "![x](javascript:window.__pwned=1)",
  "[x]: javascript:window.__pwned=1",
  "<javascript:window.__pwned=1>",
  "`\"><img src=x onerror=window.__pwned=1>`",
  "**<img src=x onerror=window.__pwned=1>**",
  "```\"><img src=x onerror=window.__pwned=1>\n<img src=x onerror=window.__pwned=1>\n```",
  "# <img src=x onerror=window.__pwned=1>",
  "| <img src=x onerror=window.__pwned=1> |\n| --- |",
  "data:text/html,<script>parent.__pwned=1</script>",
  "{\"__proto__\":{\"html\":\"<img src=x onerror=window.__pwned=1>\"},\"constructor\":{\"prototype\":{\"class\":\"x\"}}}",
  "' onfocus='window.__pwned=1' autofocus='",
  "{{constructor.constructor('window.__pwned=1')()}}"
]

/** How long walking through all traces may take, in milliseconds. */
const patience = 240_000

const json = (value: unknown): string => JSON.stringify(value)

/** A conversation in which every field is this text, in the names of this package or of the GenAI conventions. */
const talkOf = (payload: string, id: number, isOurs: boolean): ReadonlyArray<string> => {
  const call = isOurs
    ? { type: "tool-call", id: payload, name: payload, params: { [payload]: payload } }
    : { type: "tool_call", id: payload, name: payload, arguments: { [payload]: payload } }
  const result = isOurs
    ? { type: "tool-result", id: payload, name: payload, result: [payload, { [payload]: payload }] }
    : { type: "tool_call_response", id: payload, response: payload }
  const text = (some: string) => isOurs ? { type: "text", text: some } : { type: "text", content: some }
  const content = isOurs ? "content" : "parts"
  const input = json([
    { role: "system", [content]: [text(payload)] },
    {
      role: payload,
      [content]: [text(payload), { type: "file", mediaType: payload, fileName: payload, data: payload }]
    },
    {
      role: "user",
      [content]: [{ type: "image_url", image_url: { url: payload } }, { type: payload, [payload]: payload }]
    },
    { role: "assistant", [content]: [{ type: "reasoning", [isOurs ? "text" : "content"]: payload }, call] },
    { role: "tool", [content]: [result] }
  ])
  const output = json([{
    role: "assistant",
    [content]: [text(`${payload}\n\n\`\`\`${payload}\n${payload}\n\`\`\``), call]
  }])
  const attributes: Attributes = isOurs
    ? {
      model: payload,
      tokens_in: 1,
      cost_usd: 0.01,
      system_instructions: payload,
      input_messages: input,
      output_messages: output
    }
    : {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": payload,
      "gen_ai.system_instructions": json([{ type: "text", content: payload }]),
      "gen_ai.input.messages": input,
      "gen_ai.output.messages": output
    }
  return [
    lineOf({
      id: 1,
      trace: id,
      name: "loom.run",
      start: id * 1000,
      end: id * 1000 + 100,
      attributes: { agent: payload, user_id: payload, session_id: payload, input: payload, output: payload }
    }),
    lineOf({
      id: 2,
      trace: id,
      parent: 1,
      name: isOurs ? "loom.model.stream" : payload,
      start: id * 1000 + 1,
      end: id * 1000 + 40,
      attributes
    }),
    lineOf({
      id: 3,
      trace: id,
      parent: 1,
      name: "loom.tool",
      start: id * 1000 + 41,
      end: id * 1000 + 90,
      outcome: "failure",
      exception: payload,
      attributes: { tool: payload, worker: payload, call_id: payload, ok: false, arguments: payload, result: payload },
      events: [{ name: payload, at: id * 1000 + 50, attributes: { [payload]: payload } }]
    }),
    lineOf({
      id: 4,
      trace: id,
      parent: 3,
      name: "loom.run",
      start: id * 1000 + 42,
      end: id * 1000 + 80,
      attributes: { agent: `${payload} ` }
    })
  ]
}

const file = fileOf(payloads.flatMap((payload, at) => talkOf(payload, at + 1, at % 2 === 0)))

/** Elements that only markup in a record could have created. */
const foreign =
  "img, iframe, svg, video, audio, object, marquee, textarea, #page script, #page style, a[href^=javascript], [onerror], [onload], [onfocus]"

interface Seen {
  readonly messages: number
  readonly foreign: number
  readonly pwned: unknown
}

/** Opens everything of one trace that can be opened: conversation, folded texts, graph, details of each span. */
const lookAt = ({ page }: Opened): Promise<Seen> =>
  page.evaluate(`(() => {
    const unfold = (pane) => {
      for (let round = 0; round < 2; round++) {
        pane.querySelectorAll("details").forEach((details) => { details.open = true; details.dispatchEvent(new Event("toggle")) })
        pane.querySelectorAll(".show-all").forEach((more) => more.textContent === "copy" || more.click())
      }
    }
    const [timeline, ...others] = document.querySelectorAll(".head .tab")
    others.forEach((tab) => tab.click())
    others[0].click()
    unfold(document.getElementById("conversation"))
    const messages = document.querySelectorAll("#conversation .message").length
    const found = () => document.querySelectorAll(${JSON.stringify(foreign)}).length
    let foreign = found()
    timeline.click()
    for (const row of [...document.querySelectorAll(".span .primary")]) {
      row.click()
      unfold(document.getElementById("detail"))
      foreign += found()
    }
    document.querySelectorAll("#detail *").forEach((each) => each.dispatchEvent(new Event("mouseover")))
    return { messages, foreign, pwned: window.__pwned }
  })()`)

describeInBrowser("a hundred hostile payloads in every field of conversations", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  it("are a hundred, each different", () => {
    expect(new Set(payloads).size).toBe(100)
  })

  const walk = async (opened: Opened): Promise<void> => {
    const { page } = opened
    await page.locator("#spans").focus()
    for (const payload of [...payloads].reverse()) {
      const seen = await lookAt(opened)
      expect({ payload, ...seen }).toMatchObject({ payload, foreign: 0 })
      expect(seen.messages).toBeGreaterThanOrEqual(5)
      expect(seen.pwned).toBe(undefined)
      await page.keyboard.press("]")
    }
    await page.keyboard.press("s")
    await page.locator(".summary .agent").first().waitFor()
    await page.locator(".scatter-plot").hover()
    expect(await page.locator(foreign).count()).toBe(0)
    expect(await page.evaluate("window.__pwned")).toBe(undefined)
    expect(opened.requests).toEqual([])
  }

  it("run nothing, load nothing and create no element", async () => {
    const opened = await openRecords(browser, file)
    await walk(opened)
    expect(opened.errors).toEqual([])
  }, patience)

  it("run nothing even without the page's policy", async () => {
    const url = await pageFile(
      browser,
      { title: payloads[0]!, jsonl: file },
      (html) => html.replace(/<meta http-equiv[^>]*>/, "")
    )
    const opened = await openUrl(browser, url)
    await opened.page.locator(".trace").first().waitFor()
    await walk(opened)
  }, patience)

  it("are shown unchanged, even in the conversation", async () => {
    const { page } = await openRecords(browser, file, `#trace=${"51".padStart(32, "0")}&show=conversation`)
    expect(await page.locator("#conversation").textContent()).toContain(payloads[80])
    expect(await page.locator("#conversation .call b").first().textContent()).toBe(payloads[80])
  })
})

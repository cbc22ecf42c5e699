import { run } from "./vercel.mjs"

await run(() => {})

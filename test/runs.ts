/** How often a property of the quick tests runs: a quarter as often as with the thorough ones, which run it again. */
export const runs = (many: number): number => process.env["LOOM_RUNS"] === "all" ? many : Math.ceil(many / 4)

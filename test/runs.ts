/** How often the quick tests run a property: a quarter as often as the thorough tests, which run it again. */
export const runs = (many: number): number => process.env["LOOM_RUNS"] === "all" ? many : Math.ceil(many / 4)

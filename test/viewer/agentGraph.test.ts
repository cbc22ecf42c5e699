import { describe, expect, it } from "vitest"
import { agentGraph } from "../../src/viewer/model/agentGraph.js"
import { bookOf } from "./book.js"
import { fileOf, lineOf } from "./samples.js"
import { talkFile } from "./talk.js"

const graphOf = (file: string) => {
  const { edges, nodes } = agentGraph(bookOf(file).traces)
  return {
    nodes: nodes.map(({ span: _, costUsd, ...node }) => ({ ...node, costUsd: Number(costUsd.toFixed(9)) })),
    edges: edges.map(({ costUsd, from, to, ...edge }) => ({
      ...edge,
      costUsd: Number(costUsd.toFixed(9)),
      from: from.name,
      to: to.name
    }))
  }
}

describe("the graph of agents", () => {
  it("shows who delegated to whom, and what each agent used itself", () => {
    expect(graphOf(talkFile())).toEqual({
      nodes: [
        {
          name: "on-call",
          kind: "run",
          runs: 1,
          failed: 0,
          modelCalls: 3,
          toolCalls: 1,
          failedTools: 0,
          tokens: 9340,
          costUsd: 0.0565,
          layer: 0
        },
        {
          name: "logs",
          kind: "run",
          runs: 1,
          failed: 0,
          modelCalls: 1,
          toolCalls: 1,
          failedTools: 1,
          tokens: 1730,
          costUsd: 0.0006,
          layer: 1
        }
      ],
      edges: [{ from: "on-call", to: "logs", count: 1, failed: 0, tokens: 1730, costUsd: 0.0006 }]
    })
  })

  const nested = (names: ReadonlyArray<string>) =>
    fileOf(names.map((agent, index) =>
      lineOf({
        id: index + 1,
        ...(index > 0 && { parent: index }),
        name: "loom.run",
        start: index,
        end: 100 - index,
        attributes: { agent }
      })
    ))

  it("is finite if agents delegate to each other or to themselves", () => {
    const { edges, nodes } = graphOf(nested(["a", "b", "a", "b", "b"]))
    expect(nodes.map(({ layer, name, runs }) => [name, runs, layer])).toEqual([["a", 2, 0], ["b", 3, 1]])
    expect(edges.map(({ count, from, to }) => [from, to, count])).toEqual([["a", "b", 2], ["b", "a", 1], ["b", "b", 1]])
  })

  it("is correct even five thousand levels deep", () => {
    const { edges, nodes } = graphOf(nested(Array.from({ length: 5000 }, (_, index) => `agent ${index}`)))
    expect([nodes.length, edges.length, nodes.at(-1)!.layer]).toEqual([5000, 4999, 4999])
  })
})

/**
 * An MCP server on standard input and output. Its records go to the file named by its argument.
 */
import { NodeFileSystem, NodeRuntime, NodeSink, NodeStream } from "@effect/platform-node"
import { RpcSerialization, RpcServer } from "@effect/rpc"
import { Layer, Logger } from "effect"
import { FileTelemetry } from "loom-telemetry"
import { calculator } from "./calculator.js"

const [, , path = ""] = process.argv

const Server = calculator(
  RpcServer.layerProtocolStdio({ stdin: NodeStream.stdin, stdout: NodeSink.stdout })
).pipe(
  Layer.provide(RpcSerialization.layerNdJsonRpc()),
  Layer.provide(FileTelemetry.layer(path, { mode: "write-through" })),
  Layer.provide(NodeFileSystem.layer),
  // Standard output belongs to the protocol.
  Layer.provide(Logger.remove(Logger.defaultLogger))
)

NodeRuntime.runMain(Layer.launch(Server))

/**
 * A custom sink sends metrics to StatsD over UDP. The example receives them itself, on the loopback interface.
 *
 * npx tsx examples/05-custom-sink.ts
 */
import { Effect, Stream } from "effect"
import { type MetricRecord, Telemetry } from "loom-telemetry"
import { createSocket, type Socket } from "node:dgram"
import { run } from "./arithmetic.js"

const socket = Effect.acquireRelease(
  Effect.async<Socket>((resume) => {
    const made = createSocket("udp4")
    made.bind(0, "127.0.0.1", () => resume(Effect.succeed(made)))
  }),
  (made) => Effect.async<void>((resume) => void made.close(() => resume(Effect.void)))
)

/** `name:value|kind|#key:value,…`, one packet per measurement. */
const packet = ({ attributes, instrumentKind, name, value }: MetricRecord): string => {
  const tags = Object.entries(attributes).map(([key, each]) => `${key}:${each}`).join(",")
  return `${name}:${value}|${instrumentKind === "counter" ? "c" : "h"}|#${tags}`
}

/** At most 1024 measurements wait to be sent. Further ones are dropped and counted; the agent never waits. */
const statsd = (port: number) =>
  Telemetry.layerSinkScoped(Effect.flatMap(socket, (sender) =>
    Telemetry.sinkFromEffect({
      name: "statsd",
      capacity: 1024,
      onMetric: (metric) =>
        Effect.async<void, Error>((resume) =>
          sender.send(packet(metric), port, "127.0.0.1", (error) => resume(error ? Effect.fail(error) : Effect.void))
        )
    })))

/** The packets that arrive, buffered and for at most 20 seconds. */
const packets = (receiver: Socket) =>
  Stream.asyncPush<string>(
    (emit) => Effect.sync(() => receiver.on("message", (message) => emit.single(message.toString()))),
    { bufferSize: 1024 }
  ).pipe(
    Stream.takeUntil((line) => line.startsWith("loom.session.duration_ms")),
    Stream.interruptAfter("20 seconds")
  )

const program = Effect.gen(function*() {
  const receiver = yield* socket
  const received = yield* Effect.fork(
    Stream.runForEach(packets(receiver), (line) => Effect.sync(() => console.log(line)))
  )
  yield* run.pipe(Effect.provide(statsd(receiver.address().port)))
  yield* received
})

await Effect.runPromise(Effect.scoped(program))

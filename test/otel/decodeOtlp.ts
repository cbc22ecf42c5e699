/**
 * The part of OTLP's protobuf that the tests read (opentelemetry-proto v1.9: trace.proto, metrics.proto, logs.proto, common.proto, resource.proto).
 */

/** A decoded message: field number to values, in order. */
type Message = ReadonlyMap<number, ReadonlyArray<number | bigint | Uint8Array>>

const decode = (bytes: Uint8Array): Message => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields = new Map<number, Array<number | bigint | Uint8Array>>()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) {
        return value
      }
    }
  }
  const valueOf = (wireType: number): number | bigint | Uint8Array => {
    switch (wireType) {
      case 0:
        return varint()
      case 1:
        at += 8
        return view.getBigUint64(at - 8, true)
      case 2: {
        const length = Number(varint())
        at += length
        return bytes.subarray(at - length, at)
      }
      case 5:
        at += 4
        return view.getUint32(at - 4, true)
      default:
        throw new Error(`unknown wire type ${wireType}`)
    }
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const values = fields.get(tag >> 3) ?? []
    values.push(valueOf(tag & 7))
    fields.set(tag >> 3, values)
  }
  return fields
}

const messages = (message: Message, field: number): ReadonlyArray<Message> =>
  (message.get(field) ?? []).map((value) => decode(value as Uint8Array))

const bytesAt = (message: Message, field: number): Uint8Array =>
  (message.get(field)?.[0] ?? new Uint8Array()) as Uint8Array
const textAt = (message: Message, field: number): string => Buffer.from(bytesAt(message, field)).toString("utf8")
const hexAt = (message: Message, field: number): string => Buffer.from(bytesAt(message, field)).toString("hex")

const asDouble = (bits: bigint): number => new Float64Array(BigUint64Array.of(bits).buffer)[0]!

/** `AnyValue`: strings, booleans, integers, doubles, arrays. */
const anyValue = (value: Message): unknown => {
  const [field] = [...value.keys()]
  switch (field) {
    case 1:
      return textAt(value, 1)
    case 2:
      return value.get(2)![0] === 1n
    case 3:
      return Number(value.get(3)![0])
    case 4:
      return asDouble(value.get(4)![0] as bigint)
    case 5:
      return messages(decode(bytesAt(value, 5)), 1).map(anyValue)
    default:
      return undefined
  }
}

const attributesAt = (message: Message, field: number): Record<string, unknown> =>
  Object.fromEntries(messages(message, field).map((pair) => [textAt(pair, 1), anyValue(decode(bytesAt(pair, 2)))]))

const resourceOf = (message: Message) => attributesAt(decode(bytesAt(message, 1)), 1)

export interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly start: bigint
  readonly end: bigint
  readonly attributes: Record<string, unknown>
  readonly events: ReadonlyArray<string>
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number
}

export interface ReceivedSpans {
  readonly resource: Record<string, unknown>
  readonly scope: string
  readonly scopeVersion: string
  readonly spans: ReadonlyArray<ReceivedSpan>
}

const spanOf = (span: Message): ReceivedSpan => ({
  traceId: hexAt(span, 1),
  spanId: hexAt(span, 2),
  parentSpanId: hexAt(span, 4),
  name: textAt(span, 5),
  start: span.get(7)![0] as bigint,
  end: span.get(8)![0] as bigint,
  attributes: attributesAt(span, 9),
  events: messages(span, 11).map((event) => textAt(event, 2)),
  status: Number(messages(span, 15)[0]?.get(3)?.[0] ?? 0)
})

/** `ExportTraceServiceRequest` with one resource and one scope. */
export const spansInProtobuf = (body: Uint8Array): ReceivedSpans => {
  const resource = messages(decode(body), 1)[0]!
  const scope = messages(resource, 2)[0]!
  return {
    resource: resourceOf(resource),
    scope: textAt(decode(bytesAt(scope, 1)), 1),
    scopeVersion: textAt(decode(bytesAt(scope, 1)), 2),
    spans: messages(scope, 2).map(spanOf)
  }
}

/** One metric: the value of each point for sums, the count for histograms. */
export interface ReceivedMetric {
  readonly name: string
  readonly unit: string
  /** 1 delta, 2 cumulative. */
  readonly temporality: number
  readonly points: ReadonlyArray<{ readonly attributes: Record<string, unknown>; readonly value: number }>
}

export interface ReceivedMetrics {
  readonly resource: Record<string, unknown>
  readonly metrics: ReadonlyArray<ReceivedMetric>
}

const metricOf = (metric: Message): ReceivedMetric => {
  const isSum = metric.has(7)
  const data = decode(bytesAt(metric, isSum ? 7 : 9))
  return {
    name: textAt(metric, 1),
    unit: textAt(metric, 3),
    temporality: Number(data.get(2)?.[0] ?? 0),
    points: messages(data, 1).map((point) => ({
      attributes: attributesAt(point, isSum ? 7 : 9),
      value: isSum
        ? point.has(4) ? asDouble(point.get(4)![0] as bigint) : Number(point.get(6)?.[0] ?? 0)
        : Number(point.get(4)![0])
    }))
  }
}

/** `ExportMetricsServiceRequest` with one resource and one scope. */
export const metricsInProtobuf = (body: Uint8Array): ReceivedMetrics => {
  const resource = messages(decode(body), 1)[0]!
  return {
    resource: resourceOf(resource),
    metrics: messages(messages(resource, 2)[0]!, 2).map(metricOf)
  }
}

export interface ReceivedLog {
  readonly time: bigint
  readonly severityNumber: number
  readonly severityText: string
  /** Strings only. */
  readonly body: string
  readonly attributes: Record<string, unknown>
  readonly traceId: string
  readonly spanId: string
  readonly eventName: string
}

export interface ReceivedLogs {
  readonly resource: Record<string, unknown>
  readonly scope: string
  readonly logs: ReadonlyArray<ReceivedLog>
}

const logOf = (log: Message): ReceivedLog => ({
  time: log.get(1)![0] as bigint,
  severityNumber: Number(log.get(2)?.[0] ?? 0),
  severityText: textAt(log, 3),
  body: log.has(5) ? textAt(decode(bytesAt(log, 5)), 1) : "",
  attributes: attributesAt(log, 6),
  traceId: hexAt(log, 9),
  spanId: hexAt(log, 10),
  eventName: textAt(log, 12)
})

/** `ExportLogsServiceRequest` with one resource and one scope. */
export const logsInProtobuf = (body: Uint8Array): ReceivedLogs => {
  const resource = messages(decode(body), 1)[0]!
  const scope = messages(resource, 2)[0]!
  return {
    resource: resourceOf(resource),
    scope: textAt(decode(bytesAt(scope, 1)), 1),
    logs: messages(scope, 2).map(logOf)
  }
}

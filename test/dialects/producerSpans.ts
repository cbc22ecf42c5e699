/**
 * Spans of producers without a golden file, and how they are recognised. The names are from their public sources.
 */
export type Fields = { readonly [key: string]: unknown }

const json = JSON.stringify

/** By producer: the name of a span, its attributes, and what is recognised. */
export const producerSpans: {
  readonly [producer: string]: ReadonlyArray<readonly [name: string, attributes: Fields, Fields]>
} = {
  OpenLLMetry: [
    [
      "jokes.workflow",
      {
        "traceloop.span.kind": "workflow",
        "traceloop.entity.name": "jokes",
        "traceloop.association.properties.user_id": "alice",
        "traceloop.association.properties.session_id": "chat-1"
      },
      { role: "workflow", workflow: "jokes", user_id: "alice", session_id: "chat-1" }
    ],
    [
      "adder.agent",
      { "traceloop.span.kind": "agent", "traceloop.entity.name": "adder", "traceloop.entity.input": "q" },
      { role: "run", agent: "adder", input: "q" }
    ],
    [
      "add.tool",
      { "traceloop.span.kind": "tool", "traceloop.entity.name": "add", "traceloop.entity.output": "3" },
      { role: "tool", tool: "add", result: "3" }
    ],
    [
      "openai.chat",
      {
        "llm.request.type": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.prompt_tokens": 100,
        "gen_ai.usage.completion_tokens": 10,
        "gen_ai.usage.reasoning_tokens": 4,
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "hi",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.finish_reason": "tool_calls",
        "gen_ai.completion.0.tool_calls.0.name": "add"
      },
      {
        role: "model",
        model: "gpt-4o",
        tokens_in: 100,
        tokens_out: 10,
        reasoning_tokens_out: 4,
        finish_reason: "tool_calls",
        input_messages: json([{ role: "user", content: "hi" }]),
        output_messages: json([{ role: "assistant", finish_reason: "tool_calls", tool_calls: [{ name: "add" }] }])
      }
    ],
    [
      "openai.chat",
      {
        "llm.request.type": "chat",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.finish_reason": "stop"
      },
      { role: "model", finish_reason: "stop" }
    ]
  ],
  LangSmith: [
    [
      "ChatOpenAI",
      {
        "langsmith.span.kind": "llm",
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.input_token_details": json({ cache_read: 40, cache_creation: 5, audio: 2 }),
        "gen_ai.usage.output_token_details": json({ reasoning: 3 })
      },
      {
        role: "model",
        tokens_in: 100,
        cached_tokens_in: 40,
        cache_creation_tokens_in: 5,
        reasoning_tokens_out: 3
      }
    ],
    [
      "add",
      {
        "langsmith.span.kind": "tool",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.prompt": "{\"a\":1}",
        "gen_ai.completion": "3",
        "langsmith.metadata.thread_id": "t"
      },
      { role: "tool", tool: "add", arguments: "{\"a\":1}", result: "3", session_id: "t" }
    ],
    ["Prompt", { "langsmith.span.kind": "prompt", "gen_ai.operation.name": "chat" }, { role: undefined }],
    ["Retriever", { "langsmith.span.kind": "retriever", "gen_ai.operation.name": "embeddings" }, { role: undefined }]
  ],
  "Pydantic AI": [
    [
      "agent run",
      { agent_name: "adder", model_name: "gpt-4o", final_result: "3", "gen_ai.aggregated_usage.input_tokens": 250 },
      { role: "run", agent: "adder", output: "3", tokens_in: 250 }
    ],
    [
      "running tool",
      { "gen_ai.tool.name": "add", tool_arguments: "{}", tool_response: "3" },
      { role: "tool", tool: "add", arguments: "{}", result: "3" }
    ],
    [
      "chat gpt-4o",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.details.cache_read_tokens": 40,
        "gen_ai.usage.details.reasoning_tokens": 3,
        "operation.cost": 0.01
      },
      { role: "model", cached_tokens_in: 40, reasoning_tokens_out: 3, cost_usd: 0.01 }
    ]
  ],
  "Semantic Kernel": ["chat.completions", "chat.streaming_completions", "text.completions"].map((operation) => [
    `${operation} gpt-4o`,
    {
      "gen_ai.operation.name": operation,
      "gen_ai.response.finish_reason": "stop",
      "gen_ai.response.prompt_tokens": 100,
      "gen_ai.response.completion_tokens": 10
    },
    { role: "model", finish_reason: "stop", tokens_in: 100, tokens_out: 10 }
  ]),
  "Google ADK": [
    [
      "call_llm",
      {
        "gen_ai.system": "gcp.vertex.agent",
        "gen_ai.request.model": "gemini-2.5-flash",
        "gcp.vertex.agent.session_id": "chat-1",
        "gcp.vertex.agent.llm_request": json({ contents: [{ role: "user", parts: [{ text: "hi" }] }] }),
        "gcp.vertex.agent.llm_response": json({ content: { role: "model", parts: [{ text: "hello" }] } })
      },
      {
        role: "model",
        provider: "gcp.vertex.agent",
        model: "gemini-2.5-flash",
        session_id: "chat-1",
        input_messages: json([{ role: "user", parts: [{ text: "hi" }] }]),
        output_messages: json({ role: "model", parts: [{ text: "hello" }] })
      }
    ],
    [
      "execute_tool add",
      {
        "gen_ai.operation.name": "execute_tool",
        "gcp.vertex.agent.llm_request": "{}",
        "gcp.vertex.agent.tool_call_args": "{\"a\":1}"
      },
      { role: "tool", tool: "add", arguments: "{\"a\":1}" }
    ]
  ],
  Strands: [
    [
      "execute_tool add",
      { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "add", "gen_ai.tool.status": "error" },
      { role: "tool", tool: "add", ok: false }
    ],
    [
      "chat",
      { "gen_ai.operation.name": "chat", "gen_ai.usage.cache_write_input_tokens": 5 },
      { role: "model", cache_creation_tokens_in: 5 }
    ]
  ],
  MLflow: [
    ["adder", { "mlflow.spanType": "\"AGENT\"", "mlflow.trace.user": "alice" }, {
      role: "run",
      agent: "adder",
      user_id: "alice"
    }],
    [
      "Completions",
      {
        "mlflow.spanType": "CHAT_MODEL",
        "mlflow.llm.model": "\"gpt-4o\"",
        "mlflow.chat.tokenUsage": json({ input_tokens: 100, output_tokens: 10, cache_read_input_tokens: 40 }),
        "mlflow.llm.cost": json({ input_cost: 0.1, output_cost: 0.2, total_cost: 0.3 })
      },
      { role: "model", model: "gpt-4o", tokens_in: 100, tokens_out: 10, cached_tokens_in: 40, cost_usd: 0.3 }
    ]
  ],
  Genkit: [
    [
      "gemini",
      {
        "genkit:metadata:subtype": "model",
        "genkit:name": "googleai/gemini",
        "genkit:output": json({
          message: { role: "model", content: [{ text: "hello" }] },
          finishReason: "stop",
          usage: { inputTokens: 100, outputTokens: 10, thoughtsTokens: 3, totalTokens: 113, cachedContentTokens: 40 }
        })
      },
      {
        role: "model",
        model: "googleai/gemini",
        tokens_in: 100,
        tokens_out: 13,
        cached_tokens_in: 40,
        reasoning_tokens_out: 3,
        finish_reason: "stop",
        output_messages: json({ role: "model", content: [{ text: "hello" }] })
      }
    ],
    [
      "gpt",
      {
        "genkit:metadata:subtype": "model",
        "genkit:output": json({
          usage: { inputTokens: 100, outputTokens: 10, thoughtsTokens: 3, totalTokens: 110 }
        })
      },
      {
        role: "model",
        tokens_in: 100,
        tokens_out: 10,
        reasoning_tokens_out: 3,
        output_messages: json({
          usage: { inputTokens: 100, outputTokens: 10, thoughtsTokens: 3, totalTokens: 110 }
        })
      }
    ],
    ["chat", { "genkit:metadata:subtype": "flow", "genkit:name": "chat" }, { role: "workflow", workflow: "chat" }]
  ],
  "Vercel AI SDK 3 and 4": [
    [
      "ai.generateText.doGenerate",
      {
        "ai.model.id": "gpt-4o",
        "ai.finishReason": "stop",
        "ai.result.text": "hello",
        "ai.response.providerMetadata": json({ openai: { reasoningTokens: 3, cachedPromptTokens: 40 } })
      },
      {
        role: "model",
        model: "gpt-4o",
        finish_reason: "stop",
        cached_tokens_in: 40,
        reasoning_tokens_out: 3,
        output_messages: json([{ role: "assistant", content: [{ type: "text", text: "hello" }] }])
      }
    ]
  ],
  Langfuse: [
    [
      "OpenAI-generation",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details": json({
          prompt_tokens: 100,
          completion_tokens: 10,
          prompt_tokens_details: { cached_tokens: 40 },
          completion_tokens_details: { reasoning_tokens: 3 }
        })
      },
      { role: "model", tokens_in: 100, tokens_out: 10, cached_tokens_in: 40, reasoning_tokens_out: 3 }
    ]
  ],
  "Claude Code": [
    [
      "claude_code.llm_request",
      { model: "claude-opus", input_tokens: 55, output_tokens: 10, cache_read_tokens: 40, cache_creation_tokens: 5 },
      { role: "model", tokens_in: 100, tokens_out: 10, cached_tokens_in: 40, cache_creation_tokens_in: 5 }
    ],
    ["claude_code.tool", { tool_name: "Bash" }, { role: "tool", tool: "Bash" }],
    ["claude_code.interaction", { "session.id": "s" }, { role: "run", agent: "claude_code", session_id: "s" }]
  ],
  OpenInference: [
    [
      "ChatAnthropic",
      { "openinference.span.kind": "LLM", "llm.cost.prompt": 0.25, "llm.cost.completion": 0.5 },
      { role: "model", cost_usd: 0.75 }
    ]
  ],
  "none that says what the span is": [
    ["openai.response", { "gen_ai.response.model": "gpt-4o" }, { role: "model", response_model: "gpt-4o" }],
    ["retrieval", { "gen_ai.operation.name": "retrieval", "gen_ai.request.model": "m" }, {
      role: undefined,
      model: "m"
    }],
    ["chain", { "openinference.span.kind": "CHAIN", "gen_ai.request.model": "m" }, { role: undefined, model: "m" }]
  ]
}

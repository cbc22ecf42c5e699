"""Two agents of the Python original: one with a tool that fails, one that streams. Usage: python run_loomflow.py FILE"""
import asyncio
import inspect
import sys
from pathlib import Path
from loomflow import Agent, ScriptedModel, ScriptedTurn, tool
from loomflow.core.types import ToolCall, Usage
from loomflow.observability import FileTelemetry


@tool
async def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool
async def broken(path: str) -> str:
    """Always fails."""
    raise RuntimeError("disk on fire")


def turn(text="", calls=(), tokens=(0, 0), cost=0.0):
    return ScriptedTurn(text=text, tool_calls=list(calls), usage=Usage(input_tokens=tokens[0], output_tokens=tokens[1], cost_usd=cost))


async def main(path):
    Path(path).unlink(missing_ok=True)
    telemetry = FileTelemetry(path)
    model = ScriptedModel([
        turn("Let me add.", [ToolCall(id="c1", tool="add", args={"a": 2, "b": 3})], (100, 10), 0.001),
        turn("And read.", [ToolCall(id="c2", tool="broken", args={"path": "/x"})], (120, 12), 0.002),
        turn("Five, and the disk is on fire.", (), (150, 20), 0.003),
    ])
    # Version 0.11 has no agent names.
    named = {"name": "adder"} if "name" in inspect.signature(Agent.__init__).parameters else {}
    agent = Agent("You add.", model=model, tools=[add, broken], telemetry=telemetry, **named)
    await agent.run("Add 2 and 3, then read /x", user_id="alice", session_id="chat-1")
    streamed = ScriptedModel([turn("Hello.", (), (30, 5), 0.0005)])
    other = Agent("You greet.", model=streamed, telemetry=telemetry)
    async for _ in other.stream("Hi", user_id="bob", session_id="chat-2"):
        pass


asyncio.run(main(sys.argv[1]))

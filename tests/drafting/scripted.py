"""A chat model that says what a test wrote down, through the same doors as a real one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableParallel

Script = str | dict[str, Any] | Exception


class ScriptedChatModel(BaseChatModel):
    """Gives one scripted reply per call, in chunks; keeps what it was asked and how."""

    replies: list[Script]
    chunk_size: int = 40
    before_chunk: Callable[[], None] | None = None
    asked: list[list[BaseMessage]] = []
    methods: list[str] = []
    refuses: tuple[str, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        chunks = [piece.message for piece in self._stream(messages)]
        whole = "".join(chunk.text for chunk in chunks)
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=whole))])

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        self.methods.append("tools" if kwargs.get("tools") else kwargs.get("method", "prompt_only"))
        script = self.replies.pop(0)
        if isinstance(script, Exception):
            raise script
        text = script if isinstance(script, str) else json.dumps(script)
        for start in range(0, max(len(text), 1), self.chunk_size):
            if self.before_chunk:
                self.before_chunk()
            piece, last = text[start : start + self.chunk_size], start + self.chunk_size >= len(text)
            usage = {"input_tokens": 700, "output_tokens": 90, "total_tokens": 790} if last else None
            as_call = [{"name": None if start else "draft", "args": piece, "id": "1", "index": 0}]
            message = AIMessageChunk(
                content="" if kwargs.get("tools") else piece,
                tool_call_chunks=as_call if kwargs.get("tools") else [],
                usage_metadata=usage,
            )
            yield ChatGenerationChunk(message=message)

    def bind_tools(self, tools: Any, **kwargs: Any) -> Runnable[Any, Any]:
        if "tools" in self.refuses:
            raise NotImplementedError("no tools here")
        return self.bind(tools=tools)

    def with_structured_output(self, schema: Any, *, method: str = "json_schema", **kwargs: Any) -> Any:
        if method in self.refuses:
            raise NotImplementedError(f"no {method} here")
        assert kwargs["include_raw"]
        return RunnableParallel(raw=self.bind(method=method))

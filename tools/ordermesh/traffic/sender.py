"""Sends a plan by gRPC, each request when its time has come and what it waits for is answered; never one twice by itself."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import grpc
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2

from .calls import Call
from .request import HORIZON, OK, Ref, Request, filled
from .tally import Answer, Tally

_DEADLINE_S = 10
# So many at most are under way or wait for others; beyond that, the plan waits.
_ROOM = 1000


class Sender:
    """For one event loop and one plan. `targets` has host:port by listener."""

    def __init__(self, calls: dict[str, Call], targets: dict[str, str], tally: Tally) -> None:
        self._calls, self._tally = calls, tally
        self._channels = {listener: grpc.aio.insecure_channel(target) for listener, target in targets.items()}
        self._methods = {rpc: self._channels[call.listener].unary_unary(
            call.path, request_serializer=call.request.SerializeToString, response_deserializer=call.reply.FromString)
            for rpc, call in calls.items()}  # fmt: skip
        # Of the latest requests: the reply, or None when it was refused or left out.
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._stopped = asyncio.Event()
        self.under_way = 0

    def stop(self) -> None:
        """What is under way is the last."""
        self._stopped.set()

    async def send(self, plan: Iterable[Request], rate: float) -> None:
        """Until the plan ends or stop() is called; returns when all is answered. `rate` is requests a second."""
        begin = time.monotonic()
        room = asyncio.Semaphore(_ROOM)
        async with asyncio.TaskGroup() as group:
            for count, request in enumerate(plan):
                await self._pause(begin + count / rate - time.monotonic())
                await room.acquire()
                if self._stopped.is_set():
                    break
                # What it waits for is looked up now, since it is forgotten one day.
                before = {number: self._replies[number] for number in {*request.after, *request.needs}}
                first = self._replies[request.repeats] if request.repeats is not None else None
                self._replies[request.number] = asyncio.get_running_loop().create_future()
                task = group.create_task(self._take(request, before, first, self._replies[request.number]))
                task.add_done_callback(lambda _: room.release())
                self._replies.pop(request.number - HORIZON, None)
        for channel in self._channels.values():
            await channel.close()

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopped.wait(), max(seconds, 0))
        except TimeoutError:
            pass

    async def _take(self, request: Request, before: dict[int, asyncio.Future[Any]], first: asyncio.Future[Any] | None,
                    reply: asyncio.Future[Any]) -> None:  # fmt: skip
        self.under_way += 1
        replies = {number: await one for number, one in before.items()}
        if any(replies[number] is None for number in request.needs):
            self._tally.left_out += 1
            reply.set_result(None)
        else:
            body = filled(request.body, lambda ref: _value(replies[ref.request], ref))
            reply.set_result(await self._call(request, json_format.ParseDict(body, self._calls[request.rpc].request())))
        self.under_way -= 1
        if first is not None and (created := await first) is not None and reply.result() is not None:
            self._tally.changed_repeats += created.id != reply.result().id

    async def _call(self, request: Request, message: Any) -> Any:
        """The reply; None when it is refused."""
        began = time.perf_counter()
        try:
            reply = await self._methods[request.rpc](message, timeout=_DEADLINE_S)
            answer = Answer(request.rpc, OK)
        except grpc.aio.AioRpcError as error:
            reply = None
            answer = Answer(request.rpc, error.code().name, _reason(error))
        self._tally.add(answer, time.perf_counter() - began, request.planned == (answer.reason or answer.code))
        return reply


def _value(reply: Any, ref: Ref) -> Any:
    return getattr(reply, ref.field)


def _reason(error: grpc.aio.AioRpcError) -> str:
    """Nothing where the refusal has none, as the edge's own by gRPC."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info):
                    return info.reason
    return ""

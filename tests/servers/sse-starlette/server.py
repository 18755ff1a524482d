"""The FastAPI application of the interoperability tests: sse-starlette for feeds, a StreamingResponse
written by hand for a response in OpenAI's format, and FastAPI's own event streams.
"""

import asyncio
import json
import sys
from collections import defaultdict

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.sse import EventSourceResponse as FastApiEvents
from fastapi.sse import ServerSentEvent as FastApiEvent
from sse_starlette import EventSourceResponse, ServerSentEvent

# The requests, by the key of the test that made them.
seen: dict[str, list[dict]] = defaultdict(list)


def note(request: Request):
    key = request.query_params.get("key")
    if key and request.url.path != "/seen":
        last_event_id = request.headers.get("last-event-id")
        seen[key].append(
            {"method": request.method, "path": request.url.path, "lastEventId": last_event_id}
        )


app = FastAPI(dependencies=[Depends(note)])
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["*"],
    allow_headers=["*"],
    expose_headers=["Retry-After"],
)


@app.get("/seen")
async def get_seen(key: str):
    return seen[key]


async def finish(end: str | None):
    """The events must arrive before the connection breaks."""
    if end == "cut":
        await asyncio.sleep(0.5)
        raise RuntimeError("the generator fails")


@app.get("/feed")
async def feed(request: Request, end: str | None = None):
    """Sends three numbered events per request, and `stop` after the sixth."""
    last = int(request.headers.get("last-event-id", 0))

    async def events():
        for n in range(last + 1, last + 4):
            yield ServerSentEvent(f"event {n}", id=str(n), retry=500)
        if last >= 3:
            yield ServerSentEvent("", event="stop")
        await finish(end)

    return EventSourceResponse(events())


@app.get("/kinds")
async def kinds():
    async def events():
        yield ServerSentEvent(comment="a comment")
        yield ServerSentEvent(json.dumps({"n": 1}), event="token", id="a1")
        yield ServerSentEvent("one\ntwo\rthree\r\nfour")
        yield ServerSentEvent("")
        yield ServerSentEvent("é 你 🚀")
        yield ServerSentEvent(" indented")

    return EventSourceResponse(events())


@app.get("/idle")
async def idle():
    async def events():
        yield ServerSentEvent("before")
        await asyncio.sleep(2.5)
        yield ServerSentEvent("after")

    return EventSourceResponse(events(), ping=1)


ANSWER = ["Hel", "lo ", "你好"]


@app.post("/chat")
async def chat(end: str | None = None):
    async def chunks():
        for content in ANSWER:
            yield f"data: {json.dumps({'choices': [{'delta': {'content': content}}]})}\n\n"
        if end is None:
            yield "data: [DONE]\n\n"
        await finish(end)

    return StreamingResponse(chunks(), media_type="text/event-stream")


@app.get("/own", response_class=FastApiEvents)
async def own():
    yield FastApiEvent(data="text", event="token", id="f1")
    yield FastApiEvent(data={"n": 1})
    yield FastApiEvent(raw_data="as it is")


@app.api_route("/busy", methods=["GET", "POST"])
async def busy():
    return JSONResponse({"error": "busy"}, 503, {"Retry-After": "7"})


@app.get("/done")
async def done():
    return Response(status_code=204)


# The application is behind a middleware like that of the documentation's first example, which
# passes the body on by itself.
behind = FastAPI(dependencies=[Depends(note)])
behind.post("/chat")(chat)


@behind.middleware("http")
async def pass_on(request: Request, call_next):
    return await call_next(request)


app.mount("/behind-middleware", behind)

uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")

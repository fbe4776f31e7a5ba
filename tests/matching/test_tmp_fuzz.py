import asyncio, json, threading
import pytest, schemathesis, httpx
from hypothesis import settings, HealthCheck, Phase
import uvicorn, socket

async def test_fuzz(desk, as_caller):
    match_id = await desk.a_match()
    app = desk.client._transport.app
    doc = app.openapi()
    schema = schemathesis.openapi.from_dict(doc)
    bad = []
    import itertools
    loop = asyncio.get_running_loop()
    cases = []
    for result in schema.get_all_operations():
        op = result.ok()
        collected = []
        from hypothesis import given
        @given(case=op.as_strategy())
        @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
        def gen(case):
            collected.append(case)
        gen()
        for case in collected:
            kw = case.as_transport_kwargs(base_url="http://kith.test")
            for k in ("cookies",): kw.pop(k, None)
            try:
                r = await desk.client.request(auth=desk.auth, **kw)
            except Exception as e:
                bad.append((op.label, "EXC", repr(e)[:200])); continue
            if r.status_code >= 500: bad.append((op.label, r.status_code, str(kw)[:500]))
            cases.append((op.label, r.status_code))
    from collections import Counter
    print(Counter(cases)); print(bad[:10]); assert not bad

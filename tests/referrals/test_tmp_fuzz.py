import json
import schemathesis, pytest
from hypothesis import settings, HealthCheck
import httpx
from tests.referrals.test_api import *
D=json.load(open('/tmp/kith/referrals-openapi.json'))
schema=schemathesis.openapi.from_dict(D)
OPS=[r.ok() for r in schema.get_all_operations()]
@pytest.mark.parametrize("op", OPS, ids=lambda o: o.label)
async def test_fuzz(op, world, http_of, as_caller):
    from hypothesis import given
    client = await http_of("referrals", world.database)
    ref=await world.refer()
    auths=[as_caller("administrator", organisation_id=world.host.id), as_caller("operator"), as_caller("service","service:notifications")]
    bad=[]
    n=[0]
    strat=op.as_strategy()
    from hypothesis import given, Phase
    import asyncio
    cases=[]
    @given(strat)
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def collect(c): cases.append(c)
    collect()
    for c in cases:
        kw=c.as_transport_kwargs(base_url="http://kith.test")
        for a in auths:
            h={k:v for k,v in dict(kw.get("headers") or {}).items() if v is not None}
            h={k:(v if isinstance(v,str) else str(v)) for k,v in h.items()}
            h.pop("Authorization",None)
            try:
                r=await client.request(kw["method"], kw["url"], params=kw.get("params"), headers=h, auth=a, **{k:kw[k] for k in ("json","data") if k in kw})
            except (UnicodeEncodeError, httpx.InvalidURL, httpx.LocalProtocolError): continue
            n[0]+=1
            if r.status_code>=500: bad.append((kw, r.text))
    print(op.label, len(cases), n)
    assert not bad, bad[0]

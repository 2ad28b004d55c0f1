"""How the report looks: readable on paper, in the dark and in the light; no font, picture or script from elsewhere."""

STYLE = """
:root{--text:#1c2127;--muted:#5b6470;--back:#fff;--raised:#f3f5f7;--line:#d4d9df;
--l0:#1667c7;--l1:#b45309;--l2:#15803d;--l3:#b91c1c}
@media (prefers-color-scheme:dark){:root{--text:#e6e9ed;--muted:#9aa4b0;--back:#15181c;--raised:#1e2227;--line:#343b43;
--l0:#6cb2ff;--l1:#f0a94b;--l2:#67c98a;--l3:#f08080}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:62rem;margin:2rem auto;
padding:0 1.2rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line)}
table{border-collapse:collapse;width:100%;font-size:.92rem}caption{text-align:left;color:var(--muted);padding:.3rem 0}
th,td{padding:.28rem .6rem;text-align:right;border-bottom:1px solid var(--line);vertical-align:top}
th:first-child,td:first-child{text-align:left}td.left,th.left{text-align:left}
.notice{font-weight:600;color:var(--l3)}.muted{color:var(--muted)}.yours{color:var(--l1)}
.short{background:var(--raised);padding:.8rem 1.1rem;border-radius:8px}.short p{margin:.35rem 0}
.side{display:flex;flex-wrap:wrap;gap:1rem}figure{flex:1 1 24rem;max-width:30rem;margin:.4rem 0}
figcaption{font-weight:600}.keys span{margin-right:1rem;font-size:.88rem;white-space:nowrap}
svg polyline{fill:none;stroke-width:2}svg line{stroke-width:2}svg text{fill:var(--text);font-size:12px}
svg .tick{fill:var(--muted);font-size:11px}svg .grid{stroke:var(--line);stroke-width:1}svg .bar{stroke:var(--muted)}
.l0{stroke:var(--l0)}.l1{stroke:var(--l1)}.l2{stroke:var(--l2)}.l3{stroke:var(--l3)}
circle.l0{fill:var(--l0)}circle.l1{fill:var(--l1)}circle.l2{fill:var(--l2)}circle.l3{fill:var(--l3)}
circle.point{fill:var(--back);stroke:var(--text);stroke-width:2.5}
code{word-break:break-all}details summary{cursor:pointer}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}table,figure{break-inside:avoid}}
"""

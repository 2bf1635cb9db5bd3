"""How a comparison's page looks: light or dark as the reader's system says, the system's own fonts."""

STYLE = """
:root { color-scheme: light dark; --ground: #fbfbfa; --panel: #fff; --line: #dcdcd8; --text: #1d1d1f;
  --muted: #6a6a6e; --canvas: #eceae6; --mark: #fff1e6 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #1b1b1d; --panel: #232326; --line: #3a3a40; --text: #ececee; --muted: #a0a0a9;
    --canvas: #2b2b2f; --mark: #3a2a1e } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1240px; padding: 32px 24px 64px; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif }
h1 { font-size: 28px; margin: 0 0 4px }
h2 { font-size: 20px; margin: 32px 0 8px }
.lead { font-size: 17px; color: var(--muted); margin: 0 }
section { border-top: 1px solid var(--line); margin-top: 40px }
figure { margin: 16px 0; padding: 12px; background: var(--canvas); border-radius: 8px; text-align: center }
.face { width: 100%; max-width: 720px; height: auto }
.face text { font-size: 13px; fill: currentColor }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 13px; background: var(--panel) }
td, th { padding: 4px 8px; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap;
  font-variant-numeric: tabular-nums }
th { font-weight: 500 }
tr:first-child th { color: var(--muted); white-space: normal; vertical-align: bottom }
.n { text-align: right }
small, .unsure { color: var(--muted) }
tr.differs { background: var(--mark) }
.sure { color: #D55E00 }
.bar { width: 110px; height: 14px; vertical-align: middle }
.note { border-left: 3px solid #E69F00; padding-left: 12px }
.how p { max-width: 78ch; color: var(--muted) }
"""

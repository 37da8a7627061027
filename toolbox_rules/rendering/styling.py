"""How the HTML looks: sober, in light and dark, on screen and on paper."""

from typing import Final

# The colours of the degrees of risk stand beside words, never instead of them.
PAGE_STYLE: Final = """\
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2127; --faint: #5a6470; --line: #d5dae0; --panel: #f4f6f8; --link: #0b5394;
  --calm: #e3efe3; --mild: #f6efd0; --grave: #fbdfc4; --dire: #f8cccc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --ink: #e6e9ec; --faint: #a3adb8; --line: #3a424b; --panel: #1d232a; --link: #8fc1ff;
    --calm: #24402a; --mild: #4a4218; --grave: #573415; --dire: #5e2222;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 1.75rem 0 .5rem; }
h3 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: .35rem 0; }
section.first:first-of-type { background: var(--panel); border-left: .3rem solid var(--ink); padding: .75rem 1.25rem; }
section.first:first-of-type h2 { margin-top: 0; font-size: 1.5rem; }
.behind { border-top: 1px solid var(--line); margin-top: 2.5rem; }
ul, ol { margin: .5rem 0; padding-left: 1.5rem; }
li { margin: .6rem 0; }
li p { margin: .15rem 0; }
a { color: var(--link); }
.quiet { color: var(--faint); }
.calm, .mild, .grave, .dire { padding: .05rem .4rem; border-radius: .25rem; white-space: nowrap; }
.calm { background: var(--calm); } .mild { background: var(--mild); }
.grave { background: var(--grave); } .dire { background: var(--dire); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .95rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--faint); font-weight: 600; }
tr.has-notes td { border-bottom: 0; padding-bottom: 0; }
tr.notes p { margin: .1rem 0; }
@media print {
  :root { --paper: #ffffff; --ink: #000000; --faint: #444444; --line: #bbbbbb; --panel: #ffffff; --link: #000000; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .behind { break-before: page; border: 0; }
  h2, h3, h4 { break-after: avoid; }
  li, tr { break-inside: avoid; }
  .calm, .mild, .grave, .dire { border: 1px solid var(--line); background: none; }
  a { text-decoration: none; }
}"""

# A notebook has its own colours: those of the text around it are taken over.
CARD_STYLE: Final = """\
.toolbox-rules-card {
  max-width: 48rem; padding: .75rem 1rem; border: 1px solid rgba(128, 128, 128, .45); border-radius: .4rem;
}
.toolbox-rules-card h3 { margin: 0 0 .5rem; }
.toolbox-rules-card h4 { margin: .9rem 0 .25rem; }
.toolbox-rules-card p { margin: .2rem 0; }
.toolbox-rules-card ul, .toolbox-rules-card ol { margin: .25rem 0; padding-left: 1.4rem; }
.toolbox-rules-card li { margin: .35rem 0; }
.toolbox-rules-card .quiet { opacity: .75; }
.toolbox-rules-card table { border-collapse: collapse; margin: .4rem 0; }
.toolbox-rules-card th, .toolbox-rules-card td { text-align: left; padding: .1rem .8rem .1rem 0; }
.toolbox-rules-card table.bars { width: 100%; }
.toolbox-rules-card table.bars th { font-weight: normal; white-space: nowrap; }
.toolbox-rules-card td.room { width: 70%; }
.toolbox-rules-card .bar { display: block; height: .7em; }
.toolbox-rules-card .bar.calm { background: #6a9a6a; }
.toolbox-rules-card .bar.mild { background: #c2a83e; }
.toolbox-rules-card .bar.grave { background: #d58140; }
.toolbox-rules-card .bar.dire { background: #c24b4b; }"""


# An explanation stands in a page of its own or in a notebook; its marks are words that are coloured as well.
TREE_STYLE: Final = """\
.toolbox-rules-why { line-height: 1.5; }
.toolbox-rules-why details, .toolbox-rules-why .step { margin: .15rem 0 .15rem 1.1rem; }
.toolbox-rules-why > details, .toolbox-rules-why > .step { margin-left: 0; }
.toolbox-rules-why > details > summary > .words { font-weight: 600; font-size: 1.1em; }
.toolbox-rules-why summary { cursor: pointer; }
.toolbox-rules-why .step { padding-left: 1.1rem; }
.toolbox-rules-why .mark { display: inline-block; min-width: 2.2em; padding: 0 .3em; border: 1px solid; }
.toolbox-rules-why .mark { border-radius: .25rem; font-size: .85em; text-align: center; }
.toolbox-rules-why .mark.true { color: #2f6b35; background: #e3efe3; }
.toolbox-rules-why .mark.false { color: #8c2222; background: #f8dcdc; }
.toolbox-rules-why .mark.unknown { color: #6b5a10; background: #f6efd0; }
.toolbox-rules-why .found { font-weight: 600; }
.toolbox-rules-why code, .toolbox-rules-why small { opacity: .75; font-size: .85em; }
.toolbox-rules-why q { display: block; margin-left: 1.1rem; font-style: italic; }"""

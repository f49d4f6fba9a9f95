// The style sheet of report.html: light and dark, wide and narrow, screen and paper. It loads nothing.

enum ReportStyle {
    static let sheet = HTML.literal(
        """
        :root{color-scheme:light dark;--page:#fbfbfa;--card:#fff;--ink:#1c2126;--soft:#59636e;--line:#dfe3e8;
        --one:#2567d0;--two:#cf6a08;--three:#23875a;--four:#8250c4;--warn:#8a4b00;--warnback:#fff4e3;--good:#1b7a4b;--bad:#c43c32}
        @media(prefers-color-scheme:dark){:root{--page:#121518;--card:#1a1f24;--ink:#e4e7ea;--soft:#9ba6b1;
        --line:#333b43;--one:#74a9ff;--two:#f2a354;--three:#62cb92;--four:#bd9bee;--warn:#ffc67a;--warnback:#33270f;
        --good:#62cb92;--bad:#ff8d84}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",
        Roboto,"Noto Sans",sans-serif}
        main{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 4rem}
        h1{font-size:1.7rem;line-height:1.2;margin:0 0 .2rem;overflow-wrap:anywhere}
        h2{font-size:1.25rem;margin:2.5rem 0 .8rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
        h3{font-size:1rem;margin:0 0 .6rem}
        p{margin:.4rem 0 .8rem;max-width:48rem}
        .soft,.unit{color:var(--soft)}
        .notice{background:var(--warnback);color:var(--warn);border-left:4px solid currentColor;
        padding:.7rem 1rem;border-radius:.3rem;margin:.8rem 0;max-width:60rem}
        .card.findings{padding-left:2rem;margin:.8rem 0}
        .grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem;
        align-items:start}
        .card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem;min-width:0}
        .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,10.5rem),1fr));gap:.8rem;
        margin:.8rem 0}
        .figures .card{padding:.7rem .9rem}
        .figures b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums;line-height:1.25}
        .figures .card:only-child{grid-column:span 3;border-left:4px solid var(--three)}
        .figures .card:only-child b{font-size:1.9rem}
        .figures span{color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;width:100%}
        th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid var(--line);vertical-align:top}
        th{font-weight:600;color:var(--soft);vertical-align:bottom}
        th:first-child,td:first-child{text-align:left;padding-left:0}
        td+td{white-space:nowrap}
        .texts td,.texts th{text-align:left;white-space:normal}
        .texts td.number{white-space:nowrap;text-align:right}
        .texts td{overflow-wrap:anywhere}.texts .long{width:60%;overflow-wrap:break-word}
        .texts tbody tr:last-child td{border-bottom:0}
        .hit,.miss{padding:.05rem .45rem;border-radius:.3rem;white-space:nowrap}
        .hit{background:color-mix(in srgb,var(--three) 22%,transparent)}
        .miss{background:color-mix(in srgb,var(--bad) 20%,transparent)}
        .filter{display:flex;flex-wrap:wrap;gap:.3rem .5rem;margin:0 0 .7rem;font-size:.88rem}
        .filter label{border:1px solid var(--line);border-radius:1rem;padding:.1rem .7rem;cursor:pointer}
        .filter input{position:absolute;opacity:0}
        .filter label:has(:checked){background:var(--one);border-color:var(--one);color:var(--page)}
        .filter label:has(:focus-visible){outline:2px solid var(--one);outline-offset:2px}
        .filtered:has([value=k0]:checked) tbody tr:not(.k0),.filtered:has([value=k1]:checked) tbody tr:not(.k1),
        .filtered:has([value=k2]:checked) tbody tr:not(.k2),.filtered:has([value=k3]:checked) tbody tr:not(.k3),
        .filtered:has([value=k4]:checked) tbody tr:not(.k4),.filtered:has([value=k5]:checked) tbody tr:not(.k5),
        .filtered:has([value=k6]:checked) tbody tr:not(.k6),.filtered:has([value=k7]:checked) tbody tr:not(.k7)
        {display:none}
        .facts{display:grid;grid-template-columns:8rem minmax(0,1fr);gap:.3rem 1rem;margin:.8rem 0}
        .facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
        .matrix{width:auto;min-width:0}
        .matrix td,.matrix th{padding:.45rem .8rem;text-align:center;border:1px solid var(--line)}
        .matrix th[scope=row]{text-align:right}
        .matrix td{min-width:3.2rem;background:color-mix(in srgb,var(--one) var(--share,0%),transparent)}
        .matrix td.right{background:color-mix(in srgb,var(--three) var(--share,0%),transparent)}
        .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.88rem;color:var(--soft);margin:0 0 .4rem}
        .legend i{display:inline-block;width:.9rem;height:.2rem;margin-right:.4rem;vertical-align:middle;
        border-radius:.1rem;background:currentColor}
        svg{display:block;width:100%;height:auto;overflow:visible;font:14px system-ui,sans-serif}
        svg text{fill:var(--soft)}
        svg .grid-line{stroke:var(--line);stroke-width:1}
        svg .axis{stroke:var(--soft);stroke-width:1}
        svg .mark{stroke:var(--warn);stroke-width:1.5;stroke-dasharray:5 4}
        svg .mark-text{fill:var(--warn);font-weight:600}
        svg .ideal{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 4}
        svg .curve{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
        svg .dot{fill:currentColor;stroke:var(--card);stroke-width:1.5}
        svg .bar{fill:currentColor;fill-opacity:.75}
        svg .count{font-size:12px}svg .count.inside{fill:var(--card)}
        svg .whisker{stroke:currentColor;stroke-width:2.2;stroke-linecap:round}
        .s0{color:var(--one)}.s1{color:var(--two)}.s2{color:var(--three)}.s3{color:var(--four)}
        .sample{border:1px solid var(--line);border-radius:.6rem;background:var(--card);padding:.8rem 1rem;
        margin:.8rem 0}
        .sample dl{margin:0;display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:.35rem 1rem}
        .sample dt{color:var(--soft);font-size:.88rem}
        .sample dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
        .sample .tail{margin:.5rem 0 0;font-size:.88rem;color:var(--soft)}
        details{margin:.6rem 0}
        summary{cursor:pointer;color:var(--soft)}
        pre{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.8rem;overflow-x:auto;
        font-size:.85rem}
        footer{margin-top:3rem;color:var(--soft);font-size:.88rem}
        @media(max-width:34rem){main{padding:1rem .8rem 3rem}.card{padding:.8rem .7rem}
        .figures{grid-template-columns:repeat(2,minmax(0,1fr))}
        .figures b{font-size:1.15rem}
        .sample dl,.facts{grid-template-columns:1fr;gap:.1rem}.sample dd,.facts dd{margin-bottom:.5rem}
        .figures .card:only-child{grid-column:1/-1}.texts .long{min-width:14rem}
        th,td{padding:.3rem .5rem}svg{font-size:16px}}
        @media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--one:#1d55ad;--two:#b45a00;
        --three:#1c6f49;--four:#6a3fa5;--warn:#7a4200;--warnback:#fff;--good:#1c6f49;--bad:#a5281f;color-scheme:light}
        body{font-size:11pt}svg{font-size:17px}main{max-width:none;padding:0}.card,.sample,tr,.notice{break-inside:avoid}
        h2,h3{break-after:avoid}.grid{grid-template-columns:1fr 1fr}.scroll{overflow:visible}.filter{display:none}.filtered{break-inside:auto}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """)
}

// The rating page's style sheet: light and dark, from a phone's width upwards.

extension RatingPage {
    static let style = #"""
        :root {
          --page: #f4f5f7; --card: #ffffff; --text: #1b1f24; --quiet: #57606a; --line: #d0d7de;
          --accent: #0b5fc1; --on-accent: #ffffff; --active: #e8f1fd; --bad: #b3261e; --good: #1a6b34;
          --turn: #f1f3f6; --user: #e8f1fd; --assistant: #7a4a00;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #14171b; --card: #1e2329; --text: #e6e9ed; --quiet: #a3adb8; --line: #3a424c;
            --accent: #7ab4ff; --on-accent: #0d1a2b; --active: #23354d; --bad: #ff9a92; --good: #7fd99a;
            --turn: #262c34; --user: #203148; --assistant: #e7b566;
          }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        html { scroll-padding: 6rem 0 5rem; }
        body {
          margin: 0; background: var(--page); color: var(--text);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
        }
        header {
          position: sticky; top: 0; z-index: 2; background: var(--card); border-bottom: 1px solid var(--line);
          padding: .5rem 1rem;
        }
        .bar, main { max-width: 78rem; margin: 0 auto; }
        .bar { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.5rem; }
        h1 { font-size: 1.1rem; margin: 0; }
        h2 { font-size: 1.25rem; margin: 0 0 .75rem; }
        h2:focus { outline: none; }
        h3 { font-size: 1rem; margin: 0 0 .5rem; }
        .progress { display: flex; align-items: center; gap: .75rem; flex: 1 1 12rem; color: var(--quiet); }
        progress {
          appearance: none; flex: 1 1 6rem; min-width: 4rem; height: .6rem; border: 0; border-radius: .3rem;
          overflow: hidden; background: var(--line);
        }
        progress::-webkit-progress-bar { background: var(--line); }
        progress::-webkit-progress-value { background: var(--accent); }
        progress::-moz-progress-bar { background: var(--accent); }
        .who { display: flex; align-items: center; gap: .5rem; color: var(--quiet); }
        .who b { color: var(--text); }
        #saving { flex: 1 0 100%; margin: 0; min-height: 1.5em; font-size: .875rem; color: var(--quiet); }
        #saving[data-state="saved"] { color: var(--good); }
        #saving[data-state="trouble"], .error { color: var(--bad); }
        .error:empty { display: none; }
        main { padding: 1rem; }
        .card {
          background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem;
        }
        #welcome, #done { max-width: 34rem; margin: 2rem auto; }
        #welcome label { display: block; font-weight: 600; margin-bottom: .25rem; }
        .row { display: flex; gap: .5rem; flex-wrap: wrap; }
        input[name="rater"] {
          flex: 1 1 12rem; min-height: 2.75rem; padding: .4rem .7rem; font: inherit; color: inherit;
          background: var(--page); border: 1px solid var(--quiet); border-radius: .4rem;
        }
        button {
          font: inherit; color: inherit; background: var(--card); border: 1px solid var(--quiet);
          border-radius: .4rem; min-height: 2.75rem; padding: .4rem 1.1rem; cursor: pointer;
        }
        button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
        button.plain { min-height: 2rem; padding: .1rem .6rem; font-size: .875rem; }
        button:disabled { opacity: .5; cursor: default; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .text { white-space: pre-wrap; overflow-wrap: anywhere; }
        .text:empty::after { content: "(empty)"; color: var(--quiet); font-style: italic; }
        .scroll { max-height: 40vh; overflow: auto; position: relative; }
        .same { font-weight: 400; font-size: .825rem; color: var(--quiet); margin-left: .6rem; }
        textarea.comment {
          font: inherit; font-size: .9rem; width: 100%; margin-top: .35rem; padding: .35rem .6rem;
          border: 1px solid var(--line); border-radius: .4rem; background: var(--page); color: var(--text);
          min-height: 2.2rem; resize: vertical; field-sizing: content; max-height: 8rem;
        }
        .part { margin-bottom: .5rem; }
        .part:last-child { margin-bottom: 0; }
        .part.turn { background: var(--turn); border-radius: .5rem; padding: .4rem .75rem; width: fit-content;
          max-width: 85%; border-left: 4px solid var(--quiet); }
        .part.turn.user { background: var(--user); border-left-color: var(--accent); }
        .part.turn.assistant { margin-left: auto; border-left-color: var(--assistant); }
        .part.turn.system, .part.turn.other { max-width: 100%; width: auto; border-left-style: dotted; }
        .part.turn.tool { border-left-style: double; font-family: ui-monospace, monospace; font-size: .875rem; }
        .part.turn.answered { outline: 2px solid var(--accent); outline-offset: -2px; }
        .part .role { font-size: .75rem; font-weight: 700; color: var(--quiet); text-transform: capitalize; }
        .part.user .role { color: var(--accent); }
        .part.assistant .role { color: var(--assistant); }
        .part img { display: block; max-width: 100%; max-height: 36vh; border-radius: .3rem; }
        details { margin-top: .75rem; border-top: 1px solid var(--line); padding-top: .5rem; }
        summary { cursor: pointer; color: var(--quiet); }
        #outputs {
          display: grid; gap: 1rem; margin: 1rem 0;
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 23rem), 1fr));
        }
        .output { display: flex; flex-direction: column; }
        .output > .text { flex: 1; margin-bottom: 1rem; }
        .criterion {
          display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: .15rem .75rem;
          padding: .45rem .6rem; margin: 0 -.6rem; border-radius: .5rem; border-left: 4px solid transparent;
        }
        .criterion.active { background: var(--active); border-left-color: var(--accent); }
        .criterion .name { font-weight: 600; text-transform: capitalize; }
        .criterion .question { display: block; font-size: .825rem; font-weight: 400; color: var(--quiet);
          text-transform: none; line-height: 1.3; }
        .scale { display: flex; gap: .3rem; }
        .scale label { position: relative; cursor: pointer; }
        .scale label.unsure { margin-left: .5rem; }
        .scale label.unsure span { border-style: dashed; color: var(--quiet); }
        .scale input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
        .scale span {
          display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border: 1px solid var(--quiet);
          border-radius: .4rem; background: var(--card); font-variant-numeric: tabular-nums;
        }
        .scale input:checked + span {
          background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 700;
        }
        .scale:not(:has(:checked)):has(:focus-visible) {
          outline: 3px solid var(--accent); outline-offset: 3px; border-radius: .4rem;
        }
        .scale:has(:checked) input:focus-visible + span { outline: 3px solid var(--accent); outline-offset: 2px; }
        nav {
          position: sticky; bottom: 0; display: flex; align-items: center; justify-content: space-between; gap: .75rem;
          margin: 0 -1rem; padding: .6rem 1rem; background: var(--page); border-top: 1px solid var(--line);
        }
        .middle { flex: 1; text-align: center; color: var(--quiet); line-height: 1.3; }
        #hint { margin: 0; font-size: .875rem; }
        .keys { margin: 0; font-size: .8rem; }
        /* Wide enough: the page is as high as the window, long texts scroll in their boxes, scales stay in view. */
        @media (min-width: 62rem) and (min-height: 36rem) {
          body:has(#work:not([hidden])) { height: 100vh; display: flex; flex-direction: column; overflow: hidden; }
          body:has(#work:not([hidden])) main {
            flex: 1; min-height: 0; width: 100%; padding: .5rem 1rem 0; display: flex; flex-direction: column;
          }
          #work { flex: 1; min-height: 0; display: flex; flex-direction: column; }
          #work h2 { font-size: 1rem; margin: 0 0 .3rem; }
          #work .card { padding: .6rem .9rem; }
          #work .prompt { display: flex; flex-direction: column; flex: 0 1 auto; min-height: 6rem; max-height: 34vh; }
          #work .prompt .scroll { max-height: none; min-height: 0; overflow: auto; }
          #outputs { flex: 1 1 0; min-height: 0; margin: .6rem 0; overflow: auto; grid-auto-rows: minmax(17rem, 1fr); }
          .output { min-height: 0; }
          .output > .text { flex: 1 1 0; min-height: 3rem; overflow: auto; margin-bottom: .4rem; }
          .criterion { padding: .15rem .6rem; }
          .scale:not(:has(:checked)):has(:focus-visible) { outline-offset: 0; }
          .criterion .question { font-size: .775rem; line-height: 1.2; }
          #saving { flex: 0 1 auto; }
        }
        kbd {
          font: inherit; border: 1px solid var(--line); border-radius: .25rem; padding: 0 .35rem;
          background: var(--card);
        }
        @media (max-width: 34rem) {
          main { padding: .75rem; }
          nav { margin: 0 -.75rem; padding: .5rem .75rem; }
          h1, .word { display: none; }
          #saving { flex: 1 1 8rem; order: 1; }
          .who { order: 2; }
          .card { padding: .8rem; }
          .criterion { grid-template-columns: 1fr; }
          .scale label { flex: 1; }
          .scale { gap: .15rem; }
          .scale label.unsure { margin-left: 0; }
          .scale span { width: auto; min-height: 2.75rem; }
          .keys { display: none; }
        }
        @media (prefers-reduced-motion: no-preference) {
          .scale span, .criterion { transition: background-color .12s; }
        }
        """#
}

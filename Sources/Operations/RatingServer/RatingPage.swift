// The rating page's HTML. Everything that the page needs comes from the program: it works without a network.

/// The parts of the page; texts of items are only ever put into it as text, never as markup.
enum RatingPage {
    static let document = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Rate outputs</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="/rate.css">
        <script src="/rate.js" defer></script>
        </head>
        <body>
        <header>
        <div class="bar">
        <h1>Rate outputs</h1>
        <div class="progress" id="progress-area" hidden>
        <progress id="progress" max="1" value="0" aria-labelledby="progress-text"></progress>
        <span id="progress-text"></span>
        </div>
        <div class="who" id="who" hidden>
        <span><span class="word">Rater</span> <b id="rater-name"></b></span>
        <button type="button" class="plain" id="change-rater">Change</button>
        </div>
        <p id="saving" role="status" aria-live="polite" data-state="idle"></p>
        </div>
        </header>
        <main>
        <noscript><p class="card">This page needs JavaScript.</p></noscript>
        <form id="welcome" class="card" hidden>
        <h2>Who rates?</h2>
        <p>You will see prompts and what one or several systems answered, in random order and without their names.
        Judge each answer by itself.</p>
        <label for="rater">Your name</label>
        <div class="row">
        <input id="rater" name="rater" maxlength="64" autocomplete="nickname" required autofocus>
        <button type="submit" class="main">Start</button>
        </div>
        <p id="welcome-error" class="error" role="alert"></p>
        </form>
        <section id="work" hidden aria-labelledby="item-title">
        <h2 id="item-title" tabindex="-1"></h2>
        <section class="card prompt" aria-labelledby="prompt-title">
        <h3 id="prompt-title">Prompt</h3>
        <div id="prompt" class="scroll" tabindex="0" role="region" aria-labelledby="prompt-title"></div>
        <details id="reference" hidden>
        <summary>Reference</summary>
        <div id="reference-text" class="text" dir="auto"></div>
        </details>
        </section>
        <div id="outputs"></div>
        <nav aria-label="Items">
        <button type="button" id="previous">Previous</button>
        <div class="middle">
        <p id="hint" role="status" aria-live="polite"></p>
        <p class="keys"><kbd>1</kbd>–<kbd>5</kbd> rate the marked line, 5 is best · <kbd>0</kbd> cannot judge ·
        <kbd>C</kbd> comment · <kbd>Tab</kbd> next line · <kbd>Enter</kbd> or <kbd>N</kbd> next item ·
        <kbd>P</kbd> previous item</p>
        </div>
        <button type="button" id="next" class="main">Next</button>
        </nav>
        </section>
        <section id="done" class="card" hidden>
        <h2 tabindex="-1" id="done-title">All items are rated</h2>
        <p id="done-text"></p>
        <button type="button" id="review">Look through them again</button>
        </section>
        </main>
        </body>
        </html>
        """#
}

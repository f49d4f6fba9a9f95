// The rating page's script: shows items, takes ratings by key and click, and keeps them until the server has
// them.

extension RatingPage {
    /// A rating waits in the browser's storage until the server has said that it is saved, so neither a
    /// closed page nor a server that is away loses one.
    static let script = #"""
        "use strict";
        const cannotJudge = "cannot judge";
        const find = (id) => document.getElementById(id);
        const page = { rater: "", session: null, item: null, active: 0, sending: false, waiting: {}, trouble: "" };

        // Elements, with texts only ever set as text.
        function element(tag, attributes = {}, ...children) {
          const node = document.createElement(tag);
          for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
          node.append(...children);
          return node;
        }

        function show(id) {
          for (const name of ["welcome", "work", "done"]) find(name).hidden = name !== id;
          for (const name of ["who", "progress-area"]) find(name).hidden = id === "welcome";
        }

        // The browser may forbid storage; then the page lives without.
        function remember(key, value) {
          try { if (value === null) localStorage.removeItem(key); else localStorage.setItem(key, value); } catch { }
        }
        function recall(key) {
          try { return localStorage.getItem(key); } catch { return null; }
        }

        // Requests: an answer with an error sentence is thrown as final, anything else as a reason to try
        // again.
        class Refused extends Error { }
        async function ask(path, body) {
          const options = body === undefined ? {} : {
            method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
          };
          let answer;
          try {
            answer = await fetch(path, options);
          } catch {
            throw new Error("The server cannot be reached.");
          }
          const content = await answer.json().catch(() => ({}));
          if (answer.ok) return content;
          const sentence = content.error || `The server answered ${answer.status}.`;
          if (answer.status >= 500 || answer.status === 403) throw new Error(sentence);
          throw new Refused(sentence);
        }

        const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

        // Asks until there is an answer; the page shows what is wrong meanwhile.
        async function persist(path) {
          for (;;) {
            try {
              const answer = await ask(path);
              if (page.trouble) { page.trouble = ""; showSaving(); }
              return answer;
            } catch (error) {
              if (error instanceof Refused) throw error;
              page.trouble = error.message + " Trying again…";
              showSaving();
              await pause(700);
            }
          }
        }

        // MARK: Ratings on their way

        const storageKey = () => `lockstep-ratings:${page.session.set}:${page.rater}`;

        function keep() {
          remember(storageKey(), Object.keys(page.waiting).length ? JSON.stringify(page.waiting) : null);
        }

        function showSaving() {
          const count = Object.keys(page.waiting).length;
          const node = find("saving");
          const hasComment = Object.values(page.waiting).some((one) => one.comment !== undefined);
          const [one, many] = hasComment ? ["entry", "entries"] : ["rating", "ratings"];
          const texts = count === 1 ? `1 ${one} is not saved yet.` : `${count} ${many} are not saved yet.`;
          if (page.trouble) {
            node.dataset.state = "trouble";
            node.textContent = (count ? texts + " " : "") + page.trouble;
          } else if (count) {
            node.dataset.state = "saving";
            node.textContent = "Saving…";
          } else {
            node.dataset.state = page.saved ? "saved" : "idle";
            node.textContent = page.saved ? "✓ All saved" : "";
          }
        }

        async function send() {
          if (page.sending) return;
          page.sending = true;
          for (let key; (key = Object.keys(page.waiting)[0]) !== undefined;) {
            const rating = page.waiting[key];
            const isComment = rating.comment !== undefined;
            try {
              const answer = await ask(isComment ? "/api/comment" : "/api/rating", rating);
              page.session.complete = answer.complete;
              page.saved = true;
              page.trouble = "";
              if (page.waiting[key] === rating) delete page.waiting[key];
              keep();
              showProgress();
            } catch (error) {
              if (error instanceof Refused) {
                if (page.waiting[key] === rating) delete page.waiting[key];
                keep();
                page.trouble = (isComment ? "A comment" : "A rating") + " was refused: " + error.message;
              } else {
                page.trouble = error.message + " Trying again…";
                showSaving();
                await pause(700);
              }
            }
            showSaving();
          }
          page.sending = false;
        }

        const outputOf = (letter) => page.item.outputs.find((one) => one.letter === letter);

        // Taken out first, so that a changed entry is sent after those before it.
        function wait(letter, name, entry) {
          const item = page.item.item;
          const key = `${item} ${letter} ${name}`;
          delete page.waiting[key];
          page.waiting[key] = { set: page.session.set, rater: page.rater, item, letter, ...entry };
          keep();
          showSaving();
          send();
        }

        function rate(letter, criterion, rating) {
          outputOf(letter).ratings[criterion] = rating;
          showOpen();
          wait(letter, criterion, { criterion, rating });
        }

        function comment(letter, text) {
          const output = outputOf(letter);
          if (output.comment === text.trim()) return;
          output.comment = text.trim();
          wait(letter, "comment", { comment: output.comment });
        }

        // MARK: What is shown

        function showProgress() {
          const { items, complete } = page.session;
          find("progress").max = items;
          find("progress").value = complete;
          find("progress-text").textContent = `${complete} of ${items} items rated`;
        }

        const groups = () => [...document.querySelectorAll(".criterion")];
        const isRated = (group) => group.querySelector("input:checked") !== null;

        function showOpen() {
          const open = groups().filter((group) => !isRated(group)).length;
          find("next").textContent = open ? "Skip" : "Next";
          find("next").classList.toggle("main", open === 0);
          find("hint").textContent = open === 0 ? "All rated" : open === 1 ? "1 rating open" : `${open} ratings open`;
        }

        function activate(index) {
          page.active = index;
          groups().forEach((group, number) => group.classList.toggle("active", number === index));
        }

        function focusGroup(index) {
          const group = groups()[index];
          (group.querySelector("input:checked") || group.querySelector("input")).focus();
        }

        function scale(letter, criterion, given) {
          const title = `criterion-${letter}-${criterion.name}`;
          const buttons = element("div", { class: "scale" });
          const special = { 1: "1, very poor", 5: "5, excellent", 0: cannotJudge };
          for (const value of [1, 2, 3, 4, 5, 0]) {
            const name = `${letter}-${criterion.name}`;
            const words = special[value] ?? String(value);
            const input = element("input", { type: "radio", name, value, "aria-label": words, autocomplete: "off" });
            const rating = value || cannotJudge;
            input.checked = given === rating;
            input.addEventListener("change", () => rate(letter, criterion.name, rating));
            buttons.append(element("label", value ? {} : { class: "unsure", title: "Cannot judge" }, input,
              element("span", { "aria-hidden": "true" }, value ? String(value) : "?")));
          }
          const name = element("span", { class: "name", id: title }, criterion.name,
            element("span", { class: "question" }, criterion.question));
          return element("div", { class: "criterion", role: "radiogroup", "aria-labelledby": `output-${letter} ${title}` },
            name, buttons);
        }

        function commentBox(output) {
          const box = element("textarea", {
            class: "comment", rows: 1, maxlength: 2000, placeholder: "Comment",
            "aria-label": `Comment on output ${output.letter}`,
          });
          box.value = output.comment;
          // Saved when the rater stops typing or leaves the box.
          let timer = 0;
          box.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(() => comment(output.letter, box.value), 600);
          });
          box.addEventListener("blur", () => {
            clearTimeout(timer);
            comment(output.letter, box.value);
          });
          return box;
        }

        function outputTitle(output) {
          const id = `output-${output.letter}`;
          if (output.letters.length === 1) return element("h3", { id }, `Output ${output.letter}`);
          return element("h3", { id }, `Output ${output.letters.join(" = ")}`,
            element("span", { class: "same" }, `the same text ${output.letters.length} times, rated once`));
        }

        function outputCard(output) {
          return element("article", { class: "card output", "aria-labelledby": `output-${output.letter}` },
            outputTitle(output), element("div", { class: "text", dir: "auto" }, output.text),
            ...page.session.criteria.map((criterion) =>
              scale(output.letter, criterion, output.ratings[criterion.name])),
            commentBox(output));
        }

        function promptPart(part, count) {
          const isTurn = count > 1;
          const speaker = ["system", "user", "assistant", "tool"].includes(part.label) ? part.label : "other";
          const node = element("div", isTurn ? { class: `part turn ${speaker}` } : { class: "part" });
          if (isTurn) node.append(element("div", { class: "role" }, part.label));
          if (part.image !== undefined) {
            node.append(element("img", { src: part.image, alt: "Image that the prompt is about" }));
          } else {
            node.append(element("div", { class: "text", dir: "auto" }, part.text));
          }
          return node;
        }

        function showItem(item) {
          page.item = item;
          for (const entry of Object.values(page.waiting)) {
            const output = item.outputs.find((one) => one.letter === entry.letter);
            if (entry.item !== item.item || !output) continue;
            if (entry.comment === undefined) output.ratings[entry.criterion] = entry.rating;
            else output.comment = entry.comment;
          }
          find("item-title").textContent = `Item ${item.place + 1} of ${page.session.items}`;
          find("prompt").replaceChildren(...item.prompt.map((part) => promptPart(part, item.prompt.length)));
          find("reference").hidden = item.reference === null;
          find("reference").open = false;
          find("reference-text").textContent = item.reference ?? "";
          find("outputs").replaceChildren(...item.outputs.map(outputCard));
          groups().forEach((group, index) => group.addEventListener("focusin", () => activate(index)));
          find("previous").disabled = item.place === 0;
          show("work");
          showOpen();
          scrollTo(0, 0);
          showLastTurn();
          const open = groups().findIndex((group) => !isRated(group));
          // The title is read out and the page stays at its top; keys go to the first open line.
          activate(open < 0 ? 0 : open);
          find("item-title").focus({ preventScroll: true });
        }

        // The message that is answered is the last one; a long one is shown from its start.
        function showLastTurn() {
          const [box, last] = [find("prompt"), find("prompt").lastElementChild];
          box.scrollTop = 0;
          if (last === null || last === box.firstElementChild) return;
          last.classList.add("answered");
          box.scrollTop = last.offsetTop - 8;
          for (const image of box.querySelectorAll("img")) {
            image.addEventListener("load", () => { box.scrollTop = last.offsetTop - 8; });
          }
        }

        // Another layout has boxes of another height.
        matchMedia("(min-width: 62rem) and (min-height: 36rem)").addEventListener("change", () => {
          if (page.item) showLastTurn();
        });

        let asked = 0;
        async function go(place) {
          const number = asked += 1;
          const query = new URLSearchParams({ rater: page.rater, place });
          const item = await persist("/api/item?" + query);
          // A faster key may have asked for another one meanwhile.
          if (number === asked) showItem(item);
        }

        async function next() {
          if (page.item.place + 1 < page.session.items) return go(page.item.place + 1);
          while (page.sending) await pause(20);
          page.session = await persist("/api/session?" + new URLSearchParams({ rater: page.rater }));
          showProgress();
          if (page.session.first_open !== null) return go(page.session.first_open);
          find("done-text").textContent =
            `Thank you, ${page.rater}. All ${page.session.items} items are rated and saved. You can close the page.`;
          show("done");
          find("done-title").focus();
        }

        function previous() {
          if (page.item.place > 0) go(page.item.place - 1);
        }

        // MARK: Keys

        function press(key) {
          const all = groups();
          const group = all[page.active];
          const input = group.querySelector(`input[value="${key}"]`);
          const isOther = !input.checked;
          input.checked = true;
          if (isOther) input.dispatchEvent(new Event("change"));
          const later = all.findIndex((one, index) => index > page.active && !isRated(one));
          const open = later >= 0 ? later : all.findIndex((one) => !isRated(one));
          if (open >= 0) focusGroup(open); else find("next").focus();
        }

        document.addEventListener("keydown", (event) => {
          if (find("work").hidden || event.ctrlKey || event.altKey || event.metaKey) return;
          if (event.target.matches("textarea")) {
            // Leaving a comment gives the keys back to the scales.
            if (event.key === "Escape") focusGroup(page.active);
            return;
          }
          const isButton = event.target.closest("button, summary") !== null;
          if (/^[0-5]$/.test(event.key)) {
            if (!event.repeat) press(event.key);
          } else if (event.key === "n" || event.key === "N") {
            next();
          } else if (event.key === "c" || event.key === "C") {
            groups()[page.active].closest(".output").querySelector(".comment").focus();
          } else if (event.key === "p" || event.key === "P") {
            previous();
          } else if (event.key === "Enter" && !isButton && !event.repeat) {
            const open = groups().findIndex((group) => !isRated(group));
            if (open < 0) next(); else focusGroup(open);
          } else {
            return;
          }
          event.preventDefault();
        });

        // MARK: Start

        function welcome(sentence = "") {
          find("rater").value = page.rater;
          find("welcome-error").textContent = sentence;
          show("welcome");
          find("rater").focus();
        }

        async function start(name) {
          try {
            page.session = await persist("/api/session?" + new URLSearchParams({ rater: name }));
          } catch (error) {
            return welcome(error.message);
          }
          page.rater = page.session.rater;
          page.saved = false;
          remember("lockstep-rater", page.rater);
          history.replaceState(null, "", "/?" + new URLSearchParams({ rater: page.rater }));
          document.title = `Rate outputs · ${page.rater}`;
          find("rater-name").textContent = page.rater;
          try { page.waiting = JSON.parse(recall(storageKey())) || {}; } catch { page.waiting = {}; }
          page.trouble = "";
          showSaving();
          showProgress();
          send();
          await go(page.session.first_open ?? 0);
        }

        find("welcome").addEventListener("submit", (event) => {
          event.preventDefault();
          start(find("rater").value);
        });
        find("next").addEventListener("click", next);
        find("previous").addEventListener("click", previous);
        find("review").addEventListener("click", () => go(0));
        find("change-rater").addEventListener("click", () => {
          // What is on its way belongs to this rater.
          if (Object.keys(page.waiting).length === 0) welcome();
        });
        const known = new URLSearchParams(location.search).get("rater") || recall("lockstep-rater");
        if (known) start(known); else welcome();
        """#
}

// What we ask of every page besides axe-core's rules. Each check returns sentences that say what is wrong and where.
(() => {
  const GENTLE = 1; // what a rounded pixel may be off by
  const SEEN = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true };
  const FOCUSABLE =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], video[controls], iframe, [tabindex], [contenteditable]:not([contenteditable=false])";
  const CONTROL = "input:not([type=hidden]), select, textarea";
  const TARGET = `a[href], button, ${CONTROL}, summary, [role=button], [role=tab], [role=option], [role=switch]`;

  const name = (element) => {
    const own = element.id
      ? `#${element.id}`
      : [...element.classList].slice(0, 2).map((one) => `.${one}`).join("") ||
        (element.getAttribute("name") ? `[name=${element.getAttribute("name")}]` : "");
    const near = own ? null : element.parentElement?.closest("[id], [class]");
    const place = near ? `${near.id ? `#${near.id}` : `.${near.classList[0]}`} ` : "";
    const said = (element.textContent || element.getAttribute("aria-label") || "").replace(/\s+/g, " ").trim();
    return `${place}${element.localName}${own}${said ? ` “${said.slice(0, 24)}”` : ""}`;
  };

  const clippedAway = (style) =>
    /inset\((50%|100%)/.test(style.clipPath) || /rect\((0px|1px),? ?(0px|1px)/.test(style.clip);
  // Words for screen readers only: shrunk to a pixel, or clipped away.
  const isForReaders = (element) => {
    for (let one = element; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (clippedAway(style)) return true;
      if (style.overflowX !== "visible" && one.clientWidth <= 1 && one.clientHeight <= 1 && style.display !== "inline")
        return true;
    }
    return false;
  };
  const isSeen = (element) => element.checkVisibility(SEEN) && !isForReaders(element);

  // Every line of text that is seen, with its box.
  const lines = () => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE|OPTION|TEXTAREA|TITLE)$/.test(element.tagName)) continue;
      if (element.closest("svg") || !isSeen(element)) continue;
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width > GENTLE && box.height > GENTLE) found.push({ element, node, box });
      }
    }
    return found;
  };

  const scrolls = (style) => /auto|scroll/.test(style);
  const isFloating = (element) => {
    for (let one = element; one; one = one.parentElement) {
      if (/fixed|sticky/.test(getComputedStyle(one).position)) return true;
    }
    return false;
  };

  const noSidewaysScroll = () => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth + GENTLE) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width && box.right > root.clientWidth + GENTLE && isSeen(element);
    });
    const deepest = wide.filter((one) => !wide.some((other) => other !== one && one.contains(other)));
    return [`scrolls sideways by ${root.scrollWidth - root.clientWidth} px: ${deepest.slice(0, 3).map(name).join("; ")}`];
  };

  const noClippedText = () => {
    const wrong = new Map();
    for (const { element, box } of lines()) {
      for (let one = element; one && one !== document.documentElement; one = one.parentElement) {
        const style = getComputedStyle(one);
        if (style.display === "inline" || style.display === "contents") continue;
        const around = one.getBoundingClientRect();
        // What is scrolled to is not lost; outside a scrolling box nothing is asked of what lies inside.
        if (scrolls(style.overflowX) || scrolls(style.overflowY)) break;
        const sideways = style.overflowX !== "visible" && (box.left < around.left - 2 || box.right > around.right + 2);
        const down =
          style.overflowY !== "visible" &&
          (box.top < around.top - box.height / 3 || box.bottom > around.bottom + box.height / 3);
        if (sideways || down) wrong.set(one, `text is cut off: ${name(element)} by ${name(one)}`);
        if (style.position === "fixed") break;
      }
    }
    for (const control of document.querySelectorAll("button, select, input[type=submit], input[type=button]")) {
      if (isSeen(control) && control.localName === "button" && control.scrollWidth > control.clientWidth + 2)
        wrong.set(control, `text is cut off: ${name(control)}`);
    }
    return [...wrong.values()];
  };

  // What of an element shows through the windows that it is scrolled in.
  const shownBox = (element) => {
    let { top, right, bottom, left } = element.getBoundingClientRect();
    for (let one = element.parentElement; one && one !== document.documentElement; one = one.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(one);
      const around = one.getBoundingClientRect();
      if (scrolls(overflowX)) [left, right] = [Math.max(left, around.left), Math.min(right, around.right)];
      if (scrolls(overflowY)) [top, bottom] = [Math.max(top, around.top), Math.min(bottom, around.bottom)];
    }
    return { top, right, bottom, left, width: right - left, height: bottom - top };
  };

  const noTextOverText = () => {
    const boxes = lines().filter((line) => !isFloating(line.element));
    for (const element of document.querySelectorAll(`${CONTROL}, img, canvas, video`)) {
      if (isSeen(element) && !isFloating(element)) boxes.push({ element, node: element, box: shownBox(element) });
    }
    boxes.sort((one, other) => one.box.top - other.box.top);
    const wrong = new Map();
    boxes.forEach((one, index) => {
      for (let next = index + 1; next < boxes.length && boxes[next].box.top < one.box.bottom; next += 1) {
        const other = boxes[next];
        if (other.node === one.node || one.element.contains(other.node) || other.element.contains(one.node)) {
          // A line box of a word in bold lies within its paragraph's; two lines of one element never do harm by accident.
          if (one.element !== other.element) continue;
        }
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        // Lines' boxes are taller than what is drawn in them: a third may lie over the next without a stroke touching.
        if (across > 2 && down > 0.35 * Math.min(one.box.height, other.box.height))
          wrong.set(one.element, `${name(one.element)} lies over ${name(other.element)}`);
      }
    });
    return [...wrong.values()];
  };

  // ---- names, headings, language ----

  const spoken = (element) => {
    const by = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
    const labelled = by.map((id) => document.getElementById(id)?.textContent || "").join(" ");
    const labels = [...(element.labels || [])].map((label) => label.textContent).join(" ");
    return (labelled || element.getAttribute("aria-label") || labels || "").trim();
  };

  const everyFieldHasAName = () =>
    [...document.querySelectorAll(CONTROL)]
      .filter((field) => !/^(submit|button|reset|image)$/.test(field.type) && field.checkVisibility() && !spoken(field))
      .map((field) => `${field.placeholder ? "labelled only by its placeholder" : "has no name"}: ${name(field)}`);

  const headingsAreInOrder = () => {
    const found = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((one) => one.checkVisibility());
    const wrong = [];
    const first = found.filter((one) => one.localName === "h1");
    if (first.length !== 1) wrong.push(`${first.length} headings of the first level`);
    let before = 0;
    for (const heading of found) {
      const level = Number(heading.localName[1]);
      if (level > before + 1 && before) wrong.push(`after h${before} comes ${name(heading)}`);
      before = level;
      if (!heading.textContent.trim()) wrong.push(`says nothing: ${name(heading)}`);
    }
    return wrong;
  };

  const nothingIsStyledInline = () =>
    // What a picture's library sets through the object model is no attribute that was sent; test_pages reads that.
    [...document.querySelectorAll("[onclick], [onload], [onchange], [onsubmit], [oninput]")].map(
      (element) => `has a script in an attribute: ${name(element)}`,
    );

  const idsAreOnes = () => {
    const seen = new Set();
    return [...document.querySelectorAll("[id]")].flatMap((one) => {
      if (seen.has(one.id)) return [`there are two of #${one.id}`];
      seen.add(one.id);
      return [];
    });
  };

  // ---- keyboard ----

  const stops = () =>
    [...document.querySelectorAll(FOCUSABLE)].filter(
      (one) => !one.matches(":disabled") && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }),
    );

  // The box that somebody sees: of a radio button hidden under its label, the label's.
  const shown = (element) => {
    const own = element.getBoundingClientRect();
    if (isSeen(element) && own.width > 1) return own;
    const label = element.labels?.[0];
    return (label || element).getBoundingClientRect();
  };

  const focusGoesAsOneReads = () => {
    const wrong = [];
    for (const element of document.querySelectorAll("[tabindex]")) {
      if (element.tabIndex > 0) wrong.push(`tabindex ${element.tabIndex}: ${name(element)}`);
    }
    // Places on a map lie where they lie.
    const order = stops().filter((one) => !isFloating(one) && isSeen(one) && !one.closest("svg"));
    order.forEach((element, index) => {
      const last = order[index - 1];
      if (!last) return;
      // What is in a line of text is read with it, and a link that wraps begins before the one that follows ends.
      if (last.getClientRects().length > 1 || element.getClientRects().length > 1) return;
      const before = shown(last);
      const now = shown(element);
      const above = now.bottom <= before.top + GENTLE && now.left < before.right - GENTLE;
      const sameLine = Math.min(now.bottom, before.bottom) - Math.max(now.top, before.top) > 0.5 * Math.min(now.height, before.height);
      const backwards = sameLine && now.right <= before.left + GENTLE;
      if (above || backwards) wrong.push(`focus goes ${above ? "up" : "back"} from ${name(last)} to ${name(element)}`);
    });
    return wrong;
  };

  const LOOKS = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderTopColor", "borderBottomColor",
    "borderTopWidth", "borderBottomWidth", "backgroundColor", "textDecorationLine", "textDecorationThickness"];
  const look = (element) => {
    const near = [element, element.parentElement, element.nextElementSibling, ...(element.labels || [])].filter(Boolean);
    return near.map((one) => {
      const style = getComputedStyle(one);
      const before = getComputedStyle(one, "::before");
      const after = getComputedStyle(one, "::after");
      return [style, before, after].map((these) =>
        LOOKS.map((key) => (key.startsWith("outline") && these.outlineStyle === "none" ? "" : these[key])).join(),
      ).join("|");
    });
  };

  const focusIsSeen = () => {
    const wrong = [];
    const active = document.activeElement;
    for (const element of stops()) {
      if (element.localName === "iframe") continue;
      element.blur();
      const before = look(element);
      element.focus({ preventScroll: false, focusVisible: true });
      if (document.activeElement !== element) continue; // moved on by the page itself
      const after = look(element);
      if (before.every((one, index) => one === after[index])) wrong.push(`focus is not seen: ${name(element)}`);
      const box = shown(element);
      const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
      const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1);
      const top = document.elementFromPoint(x, y);
      const mine = top && (element.contains(top) || top.contains(element) || [...(element.labels || [])].some((one) => one.contains(top)));
      if (top && !mine && isFloating(top) && !isFloating(element)) wrong.push(`focus is hidden under ${name(top)}: ${name(element)}`);
    }
    active?.focus?.();
    if (document.activeElement !== active) document.activeElement?.blur();
    scrollTo(0, 0);
    return wrong;
  };

  // ---- what fingers hit: rules.md §6.3 AX-09, in CSS pixels, which are the rule's dp ----

  // In a line of text, a link is as tall as the line; the rule and WCAG 2.5.8 leave it.
  const isInText = (element) => {
    if (getComputedStyle(element).display !== "inline") return false;
    const block = element.parentElement.closest("p, dd, dt, label, legend, small, figcaption, span, div, li, td");
    const own = element.textContent.replace(/\s/g, "");
    return Boolean(block) && block.textContent.replace(/\s/g, "").length > own.length;
  };

  const targetsAreLarge = (least) => {
    const wrong = [];
    for (const element of document.querySelectorAll(TARGET)) {
      if (element.disabled || !element.checkVisibility({ visibilityProperty: true }) || isInText(element)) continue;
      const boxes = [element, ...(element.labels || [])]
        .filter((one) => one.checkVisibility() && !isForReaders(one))
        .map((one) => one.getBoundingClientRect())
        .filter((box) => box.width > 1 && box.height > 1);
      if (!boxes.length) continue; // for readers only, until it takes focus
      // A button and its label beside it are one target.
      const width = Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left));
      const height = Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top));
      if (width < least - 0.5 || height < least - 0.5)
        wrong.push(`${Math.round(width)}×${Math.round(height)} px to hit, not ${least}: ${name(element)}`);
    }
    return wrong;
  };

  // ---- the elder version: AX-05, AX-06 ----

  const LEAST_TEXT = 18;
  const MAIN_TEXT = 30;
  const LEADING = 1.3;

  const textIsLarge = () => {
    const wrong = new Map();
    for (const { element } of lines()) {
      const style = getComputedStyle(element);
      const size = parseFloat(style.fontSize);
      const pitch = parseFloat(style.lineHeight);
      if (size < LEAST_TEXT - 0.05) wrong.set(element, `text of ${size} px, not ${LEAST_TEXT}: ${name(element)}`);
      else if (!(pitch >= LEADING * size - 0.05))
        wrong.set(element, `lines ${style.lineHeight} apart at ${size} px, not ${LEADING}×: ${name(element)}`);
    }
    for (const field of document.querySelectorAll(CONTROL)) {
      const size = parseFloat(getComputedStyle(field).fontSize);
      if (isSeen(field) && size < LEAST_TEXT - 0.05) wrong.set(field, `text of ${size} px, not ${LEAST_TEXT}: ${name(field)}`);
    }
    const heading = document.querySelector("h1");
    const largest = heading ? parseFloat(getComputedStyle(heading).fontSize) : 0;
    if (heading && isSeen(heading) && largest < MAIN_TEXT)
      wrong.set(heading, `the page's heading has ${largest} px, not ${MAIN_TEXT}: ${name(heading)}`);
    return [...wrong.values()];
  };

  // From a paragraph's last line to the next one's first: at least 1.3 of what lies between two lines.
  const paragraphsStandApart = () => {
    const wrong = [];
    for (const next of document.querySelectorAll("p + p")) {
      const first = next.previousElementSibling;
      // A line that ends in no full stop is a title or a note, not a paragraph of text.
      const isText = (one) => isSeen(one) && /[。！？.!?”）]\s*$/.test(one.textContent);
      if (!isText(first) || !isText(next)) continue;
      const above = first.getBoundingClientRect();
      const below = next.getBoundingClientRect();
      if (below.top < above.bottom - GENTLE) continue; // beside it
      const pitch = parseFloat(getComputedStyle(first).lineHeight);
      if (below.top - above.bottom + pitch < LEADING * pitch - 0.5)
        wrong.push(`paragraphs ${Math.round(below.top - above.bottom)} px apart at lines of ${pitch} px: ${name(next)}`);
    }
    return wrong;
  };

  // A screen reader reads Chinese as English where nothing says that it is Chinese; and Simplified characters are drawn
  // as Traditional ones are where a Traditional page does not say what they are. `simplified`: those only such text has.
  const chineseSaysSo = (simplified = "") => {
    const sought = simplified ? new RegExp(`[${simplified}]`, "u") : /\p{Script=Han}/u;
    const saysSo = simplified ? /^zh-(CN|Hans)/ : /^zh/;
    const wrong = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!sought.test(node.data) || /^(script|style)$/i.test(element.tagName)) continue;
      if (element.closest("[role=img]")) continue; // read by its label, whatever is drawn in it
      if (!saysSo.test(element.closest("[lang]").getAttribute("lang"))) wrong.add(`Chinese that does not say so: ${name(element)}`);
    }
    return [...wrong];
  };

  window.huiying = {
    layout: () => [...noSidewaysScroll(), ...noClippedText(), ...noTextOverText()],
    structure: () => [
      ...everyFieldHasAName(), ...headingsAreInOrder(), ...nothingIsStyledInline(), ...idsAreOnes(),
      ...focusGoesAsOneReads(), ...focusIsSeen(),
    ],
    targets: targetsAreLarge,
    elder: () => [...textIsLarge(), ...paragraphsStandApart(), ...targetsAreLarge(60)],
    chinese: chineseSaysSo,
    // What Tab should come to, in order: of a group of radio buttons one.
    stops: () =>
      stops().filter(
        (one, _, all) =>
          one.type !== "radio" ||
          one === (all.find((other) => other.name === one.name && other.checked) || all.find((other) => other.name === one.name)),
      ),
    name,
  };
})();

"use strict";
// Sound and video: what is shown of them before they are played, and the player that comes in its place. Of a
// file nothing is loaded until somebody presses play. It uses the small parts of page.js.

function length(seconds) {
  const whole = Math.max(seconds > 0 ? 1 : 0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function drawing(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function waveform(levels) {
  const bars = levels.map((level, index) => {
    const height = Math.max(2, level * 100);
    return drawing("rect", { x: index * 4 + 0.75, y: 50 - height / 2, width: 2.5, height, rx: 1.2 });
  });
  const box = { viewBox: `0 0 ${levels.length * 4} 100`, preserveAspectRatio: "none", "aria-hidden": "true" };
  return drawing("svg", { class: "waveform", ...box }, ...bars);
}

// What stands for it: a waveform or the picture that `image` makes, and how long it is.
function poster(plays, image) {
  const mark = make("span", { class: "length" }, `▶ ${length(plays.seconds)}`);
  return [plays.levels ? waveform(plays.levels) : image(), mark];
}

function player(plays, source, image) {
  const kind = plays.media_type.startsWith("video/") ? "video" : "audio";
  const element = make(kind, { controls: "", preload: "none", src: source, poster: kind === "video" ? image : null });
  const whole = make("div", { class: `player ${kind}` }, plays.levels ? waveform(plays.levels) : null, element);
  element.addEventListener("error", () => {
    const link = make("a", { href: source, target: "_blank", rel: "noopener" }, "open the file");
    element.replaceWith(make("p", { class: "blank" }, `This browser does not play ${plays.media_type}, or it is no longer kept: `, link));
  });
  return whole;
}

// A button that turns into the player of its file, and plays it.
function playButton(plays, source, image) {
  const spoken = `Play ${plays.media_type}, ${length(plays.seconds)}`;
  const lazy = () => make("img", { src: image, alt: "", loading: "lazy", decoding: "async" });
  const button = make("button", { type: "button", class: "play", "aria-label": spoken }, ...poster(plays, lazy));
  button.addEventListener("click", () => {
    const whole = player(plays, source, image);
    button.replaceWith(whole);
    whole.lastElementChild.focus();
    whole.lastElementChild.play().catch(() => {}); // what goes wrong is an event of the element
  });
  return button;
}

// Pages turned for reading, or as they were turned when the visit was arranged. Fetched when one is.

/** Turn a page by quarters to the right, with what lies over it. */
export function turn(figure, by = 1) {
  const sheet = figure.querySelector(".sheet");
  const turns = (Number(sheet.dataset.turns ?? 0) + by) % 4;
  const image = sheet.querySelector("img");
  const [width, height] = [Number(image.getAttribute("width")), Number(image.getAttribute("height"))];
  sheet.dataset.turns = turns;
  sheet.style.setProperty("--shape", turns % 2 ? `${height} / ${width}` : `${width} / ${height}`);
  sheet.style.setProperty("--share", turns % 2 ? String(width / height) : "1");
}

/** Show pages as they were turned when the visit was arranged. */
export function turnAsArranged(viewer) {
  for (const figure of viewer.querySelectorAll("figure[data-turn]")) turn(figure, Number(figure.dataset.turn) / 90);
}

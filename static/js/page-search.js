// Where words stand that match a question: accents, case, hyphens and the ends of lines make no difference.
const HYPHEN = /[-\u00ad\u2010-\u2015\u2212]/u;
const HYPHENS = new RegExp(HYPHEN, "gu");
const QUOTES = { "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"' };

/** Letters as they are compared: without accents, case and curled quotes; ligatures taken apart. */
export function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[\u2018\u2019\u201c\u201d]/gu, (quote) => QUOTES[quote]).toLowerCase();
}

/** The page as one run of letters, and for each letter its word and place within it. */
function run(words, starts) {
  const ends = new Set(starts.map((start) => start - 1));
  let text = "";
  const places = [];
  words.forEach(([raw], word) => {
    const letters = [...plain(raw)];
    letters.forEach((letter, at) => {
      if (HYPHEN.test(letter)) return;
      text += letter;
      for (let unit = 0; unit < letter.length; unit += 1) places.push([word, at / letters.length, (at + 1) / letters.length]);
    });
    const parted = ends.has(word) && letters.length > 1 && HYPHEN.test(letters.at(-1));
    if (!parted) {
      text += " ";
      places.push(undefined);
    }
  });
  return { text, places };
}

/** Each match as the boxes [x0, y0, x1, y1] of the parts of words that it covers. */
export function findIn(words, starts, asked) {
  const parts = plain(asked).replace(HYPHENS, " ").split(/\s+/u).filter(Boolean);
  if (!parts.length) return [];
  const wanted = new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&")).join(" {0,2}"), "gu");
  const { text, places } = run(words, starts);
  return [...text.matchAll(wanted)].map((match) => boxesOf(words, places.slice(match.index, match.index + match[0].length)));
}

function boxesOf(words, places) {
  const covered = new Map();
  for (const place of places) {
    if (!place) continue;
    const [word, from, to] = place;
    const known = covered.get(word);
    covered.set(word, [known ? known[0] : from, to]);
  }
  return [...covered].map(([word, [from, to]]) => {
    const [, x0, y0, x1, y1] = words[word];
    return [Math.round(x0 + (x1 - x0) * from), y0, Math.round(x0 + (x1 - x0) * to), y1];
  });
}

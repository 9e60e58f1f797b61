// Colours, as [red, green, blue] of sRGB between 0 and 1 where nothing else is said.

/** viridis (matplotlib's, CC0) in 16 steps. */
export const viridis = [
  [0.283, 0.116, 0.436], [0.275, 0.195, 0.496], [0.254, 0.265, 0.53], [0.224, 0.335, 0.548], [0.194, 0.399, 0.556], [0.17, 0.456, 0.558],
  [0.146, 0.515, 0.557], [0.125, 0.574, 0.549], [0.122, 0.633, 0.53], [0.162, 0.687, 0.499], [0.253, 0.742, 0.448], [0.378, 0.792, 0.378],
  [0.516, 0.831, 0.294], [0.678, 0.864, 0.19], [0.846, 0.887, 0.1], [0.993, 0.906, 0.144],
];

/** Categories, states and runs, after Okabe and Ito (2008): told apart by colour-blind readers, and of different lightness. */
const categories = {
  light: ["#20639b", "#d1601f", "#12936f", "#b8458f", "#c99000", "#54a9dd", "#5b6570", "#7a3b12"],
  dark: ["#5aa5dd", "#f08a4b", "#2fbf95", "#e58cc2", "#f0c23c", "#a5d8f7", "#97a3ad", "#b5764a"],
};

export const category = (k, dark) => categories[dark ? "dark" : "light"][k % 8];

/** [red, green, blue] of "#rrggbb". */
export const parts = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16) / 255);

/** Colour along viridis, x between 0 and 1, as written in CSS. */
export const css = (c) => `rgb(${c.map((v) => Math.round(255 * v)).join(" ")})`;

/** One channel of linear light from sRGB, and back. */
export const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
export const srgb = (c) => Math.min(1, c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);

/**
 * Colour of a heading, linear light into out[o..]: the hue is its bearing, the lightness its climb; in OKLCH, so that
 * equal turns look equal. No wheel of hues serves colour-blind readers: the page offers others.
 */
export function wheel(hx, hy, hz, [low, high], out, o = 0, chroma = 0.15) {
  const L = low + (high - low) * (0.5 + 0.5 * hz), a = chroma * hx, b = chroma * hy;
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3, m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  out[o] = Math.max(0, 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  out[o + 1] = Math.max(0, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  out[o + 2] = Math.max(0, -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
}

/** Colours of what is drawn on canvases; those of the page stand in report.css. */
export const themes = {
  light: { dark: false, water: "#eaf1f4", plain: "#2c6f9e", faint: "#9aa7ae", cage: "#7d929d", lightness: [0.5, 0.76], speck: "#4d6b80", specks: 0.4 },
  dark: { dark: true, water: "#0b1a24", plain: "#7cc0ea", faint: "#65757f", cage: "#5f7a8a", lightness: [0.6, 0.9], speck: "#bfe0ff", specks: 0.3 },
};

const prefers = matchMedia("(prefers-color-scheme: dark)");
export const isDark = () => (document.documentElement.dataset.theme ?? (prefers.matches ? "dark" : "light")) === "dark";
export const theme = () => themes[isDark() ? "dark" : "light"];
export const whenThemeChanges = (act) => prefers.addEventListener("change", act);

// One page in Lighthouse as one who is signed in: writes the scores of its categories, 0 to 100.
//
//   node lighthouse.mjs ADDRESS mobile|desktop COOKIES

import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const [address, form, cookies] = process.argv.slice(2);
const chrome = await launch({
  chromePath: process.env.CHROMIUM,
  chromeFlags: ["--headless=new", "--no-sandbox"],
});
const options = {
  port: chrome.port,
  logLevel: "error",
  onlyCategories: ["performance", "accessibility", "best-practices"],
  extraHeaders: { Cookie: cookies },
};
const { lhr } = await lighthouse(address, options, form === "desktop" ? desktopConfig : undefined);
await chrome.kill();
if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
if (lhr.finalDisplayedUrl !== address) throw new Error(`led to ${lhr.finalDisplayedUrl}`);
const scores = Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]);
console.log(JSON.stringify(Object.fromEntries(scores)));

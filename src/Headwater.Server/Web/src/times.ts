import { text } from "./dom";

const steps: [Intl.RelativeTimeFormatUnit, number, number][] = [["minute", 60, 59.5], ["hour", 3600, 23.5], ["day", 86400, 31], ["month", 2629800, 12]];

/** Relative times go on ageing while the page stands open; the exact moment also shows in the person's own time. */
export function times(): void {
  const language = document.documentElement.lang || "en";
  const format = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  const exact = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "medium", timeStyle: "long" });
  const update = () => {
    for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
      const moment = new Date(time.dateTime);
      const seconds = (moment.getTime() - Date.now()) / 1000;
      if (!time.dataset.local) { time.dataset.local = "1"; time.title = `${time.title} · ${exact.format(moment)}`; }
      if (Math.abs(seconds) < 45) { time.textContent = text("now"); continue; }
      const step = steps.find(([, size, most]) => Math.abs(seconds) / size < most);
      if (step) time.textContent = format.format(Math.round(seconds / step[1]) || Math.sign(seconds), step[0]);
    }
  };
  update();
  setInterval(update, 30_000);
}

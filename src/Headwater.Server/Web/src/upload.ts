import { api, base, el, text } from "./dom";

interface Accepted { token: string; jobId?: number | null; href?: string | null }
interface Problem { title?: string; detail?: string; errors?: (string | { at?: string; message?: string })[] | Record<string, string[]> }
interface Job { state: string; progress: number; progressText?: string | null; lastError?: string | null }

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** Sends dropped or chosen files one after the other, shows how much has been sent, then how far the analysis is. */
export function uploads(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-upload]");
  if (!form) return;
  const list = form.querySelector<HTMLElement>("[data-upload-list]")!;
  const input = form.querySelector<HTMLInputElement>("input[type=file]")!;

  function line(file: File) {
    const bar = el("progress", { max: "1", value: "0", "aria-label": file.name });
    const state = el("span", { class: "quiet" }, text("uploadSending"));
    const item = el("li", {}, el("div", { class: "row" }, el("strong", {}, file.name), state), bar);
    list.prepend(item);
    return {
      sent(part: number) { bar.value = part * 0.5; },
      waiting() { state.textContent = text("uploadWaiting"); },
      working(part: number, words: string) { bar.value = 0.5 + part * 0.5; state.textContent = words; },
      done(href?: string | null) { bar.value = 1; state.textContent = text("uploadDone"); if (href) item.append(el("a", { class: "button small", href: base + href }, text("uploadView"))); },
      failed(problem: Problem) {
        item.classList.add("bad");
        bar.remove();
        state.textContent = problem.title ?? text("uploadFailed");
        const errors = el("div", { class: "errors", role: "alert" });
        if (problem.detail) errors.append(el("p", {}, problem.detail));
        const all = Array.isArray(problem.errors) ? problem.errors.map(e => typeof e === "string" ? e : [e.at, e.message].filter(Boolean).join(": ")) : Object.values(problem.errors ?? {}).flat();
        for (const error of all.slice(0, 10)) errors.append(el("p", {}, error));
        item.append(errors);
        item.closest("details")?.setAttribute("open", "");
        item.scrollIntoView({ block: "center" });
      },
    };
  }

  function send(file: File, progress: (part: number) => void): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      const body = new FormData(form!);
      body.delete("bom");
      body.append("bom", file, file.name);
      const request = new XMLHttpRequest();
      request.open("POST", form!.dataset.uploadTo ?? form!.action);
      request.setRequestHeader("Accept", "application/json");
      request.upload.onprogress = event => { if (event.lengthComputable) progress(event.loaded / event.total); };
      request.onerror = () => reject({ title: text("uploadFailed"), detail: text("uploadNetwork") } satisfies Problem);
      request.onload = () => {
        let answer: unknown = {};
        try { answer = JSON.parse(request.responseText); } catch { /* not JSON: the status says enough */ }
        request.status < 300 ? resolve(answer as Accepted) : reject({ title: text("uploadFailed"), ...(answer as Problem) });
      };
      request.send(body);
    });
  }

  async function follow(accepted: Accepted, show: ReturnType<typeof line>): Promise<void> {
    show.waiting();
    if (!accepted.jobId) { show.done(accepted.href); return; }
    for (let wait = 150; ; wait = Math.min(wait * 1.3, 2000)) {
      const response = await fetch(`${api}/jobs/${accepted.jobId}`, { headers: { Accept: "application/json" } });
      if (!response.ok) { show.done(accepted.href); return; }
      const job = await response.json() as Job;
      if (job.state === "done") { show.done(accepted.href); return; }
      if (job.state === "dead") { show.failed({ detail: job.lastError ?? "" }); return; }
      show.working(job.progress, job.progressText ?? text("uploadWaiting"));
      await pause(wait);
    }
  }

  async function take(files: Iterable<File>): Promise<void> {
    const all = [...files];
    let last: string | null | undefined;
    let failures = 0;
    for (const file of all) {
      const show = line(file);
      try {
        const accepted = await send(file, show.sent);
        await follow(accepted, show);
        last = accepted.href;
      } catch (problem) {
        failures++;
        show.failed(problem as Problem);
      }
    }
    if (all.length === 1 && failures === 0 && last) location.assign(base + last);
  }

  form.addEventListener("submit", event => {
    if (!input.files?.length || !form.reportValidity()) return;
    event.preventDefault();
    void take(input.files);
  });

  let veil: HTMLElement | undefined;
  let depth = 0;
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragenter", event => {
    if (!holdsFiles(event) || depth++ > 0) return;
    veil = el("div", { class: "drop-veil" }, form.querySelector(".drop-title")?.textContent ?? "");
    document.body.append(veil);
    document.body.classList.add("dropping");
  });
  const lift = () => { depth = 0; veil?.remove(); document.body.classList.remove("dropping"); };
  addEventListener("dragleave", event => { if (holdsFiles(event) && --depth <= 0) lift(); });
  addEventListener("dragover", event => { if (holdsFiles(event)) event.preventDefault(); });
  addEventListener("drop", event => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    lift();
    form.closest("details")?.setAttribute("open", "");
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    input.files = files;
    if (form.reportValidity()) void take(files);
  });
}

// A channel gives it its meaning: the file that leaves.

import { el } from "../dom.js"
import { facts } from "../figures.js"
import { kept } from "../run.js"

export default function distribute({ data }, { speak, pictureUrl, channelsUrl }, run) {
  const address = data.url ?? pictureUrl
  return [
    kept(run) && el("p", {}, el("a", { class: "act", href: address, download: data.file ?? "picture.png" }, speak.say("download"))),
    kept(run) && channelsUrl && el("p", {}, el("a", { class: "quiet", href: channelsUrl }, speak.say("into_channels"))),
    facts([
      [speak.say("file"), data.file],
      [speak.say("file_size"), speak.bytes(data.bytes)],
      data.sha256 && [speak.say("fingerprint"), el("span", { class: "computed breakable" }, data.sha256)],
    ]),
    data.parameters && el("div", { class: "inscribed" }, el("p", {}, speak.say("inscribed")), el("pre", { class: "computed", tabindex: "0", dir: "auto" }, data.parameters)),
  ]
}

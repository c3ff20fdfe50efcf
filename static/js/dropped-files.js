// The files of a drop, those in dropped folders too. Call it at once: a drop's items are gone after its event.

const FOREIGN = /^(\.|~\$|Thumbs\.db$|desktop\.ini$)/i; // what systems leave in folders; not charts

/** Whether a file in a folder is one that a person put there. */
export const ofAPerson = (file) => !FOREIGN.test(file.name);

const file = (entry) => new Promise((resolve, reject) => { entry.file(resolve, reject); });
const some = (reader) => new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });

async function inFolder(folder) {
  const found = [], reader = folder.createReader();
  for (let entries = await some(reader); entries.length; entries = await some(reader)) {
    for (const entry of entries) {
      if (entry.isDirectory) found.push(...await inFolder(entry));
      else if (ofAPerson(entry)) found.push(await file(entry));
    }
  }
  return found;
}

export async function droppedFiles(transfer) {
  const files = [...(transfer?.files ?? [])];
  const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return files;
  const found = [];
  for (const entry of entries) found.push(...entry.isDirectory ? await inFolder(entry) : [await file(entry)]);
  return found;
}

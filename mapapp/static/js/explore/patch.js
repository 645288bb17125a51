/**
 * Make a part of the page equal to the server's new drawing of it, touching only what differs.
 *
 * Elements that stay are the same elements: focus, scroll positions, open groups and screen-reader cursors stay too.
 */

function keyOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const { key, field, value } = node.dataset;
  return node.id || key || (field ? `${field}=${value}` : "");
}

function fits(old, wanted) {
  return old.nodeType === wanted.nodeType && old.nodeName === wanted.nodeName && keyOf(old) === keyOf(wanted);
}

// What the reader did to an element is not the server's to undo.
const READERS_OWN = { DETAILS: ["open"], INPUT: ["value", "role", "aria-expanded", "aria-controls", "aria-activedescendant"] };

function patchAttributes(old, wanted) {
  const own = READERS_OWN[old.nodeName] ?? [];
  for (const { name } of [...old.attributes]) {
    if (!wanted.hasAttribute(name) && !own.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (old.getAttribute(name) !== value && !own.includes(name)) old.setAttribute(name, value);
  }
  if (old.nodeName === "INPUT") {
    old.checked = wanted.hasAttribute("checked");
    const value = wanted.getAttribute("value") ?? "";
    if (old.type !== "checkbox" && old !== document.activeElement && !old.dataset.own && old.value !== value) {
      old.value = value;
      old.setAttribute("value", value);
    }
  }
}

/** Patch the children of `old` to those of `wanted`. */
export function patchChildren(old, wanted) {
  const keyed = new Map();
  for (const child of old.children) {
    const key = keyOf(child);
    if (key) keyed.set(key, child);
  }
  let next = old.firstChild;
  for (const node of [...wanted.childNodes]) {
    const key = keyOf(node);
    let found = key ? keyed.get(key) : next;
    if (found && !fits(found, node)) found = undefined;
    if (!found) {
      old.insertBefore(document.importNode(node, true), next);
      continue;
    }
    if (found === next) next = next.nextSibling;
    else old.insertBefore(found, next);
    patchNode(found, node);
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

function patchNode(old, wanted) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== wanted.nodeValue) old.nodeValue = wanted.nodeValue;
    return;
  }
  if (old.isEqualNode(wanted) && old.nodeName !== "INPUT" && !old.querySelector("input")) return;
  patchAttributes(old, wanted);
  patchChildren(old, wanted);
}

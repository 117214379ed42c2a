/** Elements, made from what they are to have. */

/** Properties and attributes of an element; a function listens to the event of that name. */
export interface Attributes {
  readonly [name: string]: string | boolean | ((event: Event) => void);
}

/** Makes an element. Texts among the children stay texts, whatever is in them. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// What all programs of the comparison share: a line that says what is, and buttons.
export const show = (/** @type {unknown} */ what) => {
  document.querySelector("#state").textContent = JSON.stringify(what)
}
export const onClick = (/** @type {string} */ id, /** @type {() => unknown} */ action) =>
  document.querySelector(`#${id}`).addEventListener("click", action)

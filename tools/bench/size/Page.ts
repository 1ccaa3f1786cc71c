// What all programs of the comparison share: a line that says what is, and buttons.
export const show = (what: unknown) => {
  document.querySelector("#state")!.textContent = JSON.stringify(what)
}
export const onClick = (id: string, action: () => unknown) =>
  document.querySelector(`#${id}`)!.addEventListener("click", action)

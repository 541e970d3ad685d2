// Menus are <details>: they open without a script. Here they also close on Escape and on a click elsewhere.
export function startMenus() {
  document.addEventListener("click", (event) => {
    closeMenus((menu) => !menu.contains(event.target));
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      closeMenus(() => true);
      document.getElementById(opener.dataset.opens).showModal();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    closeMenus((menu) => {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      return true;
    });
  });
}

function closeMenus(wanted) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (wanted(menu)) menu.open = false;
}

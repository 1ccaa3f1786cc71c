const session = await (await fetch("/api/me")).json()
document.querySelector("#greeting").textContent = session.signedIn ? `Hello ${session.subject}` : "Hello stranger"

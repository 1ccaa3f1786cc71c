export default defineEventHandler((event) => auth.session(event))

// Both in one page, so that what they share counts once.
/* eslint-disable import/no-unassigned-import -- they are programs */
import "./BareEffect.ts"
import "./EffectPage.ts"

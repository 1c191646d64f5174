export { openTransfer, type Transfer } from './transfer.ts'

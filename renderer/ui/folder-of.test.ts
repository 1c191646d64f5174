import { expect, test } from 'vitest'
import { folderOf } from './folder-of.ts'

test('the folder of a file, on each system', () => {
  expect(folderOf('/home/ada/.mini-submarine/token')).toBe('/home/ada/.mini-submarine')
  expect(folderOf('C:\\Users\\ada\\data\\token')).toBe('C:\\Users\\ada\\data')
  expect(folderOf('/token')).toBe('/')
  expect(folderOf('token')).toBe('')
})

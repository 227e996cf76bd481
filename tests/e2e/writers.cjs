// Writes the variants of the trame (JSON on the standard input) with SheetJS and exceljs, into the folder given.
// node writers.cjs NODE_MODULES FOLDER < variants.json ; prints the name of each file, or why it could not be written.
const path = require('path')
const fs = require('fs')
const [modules, folder] = process.argv.slice(2)
const XLSX = require(path.resolve(modules, 'xlsx'))
const ExcelJS = require(path.resolve(modules, 'exceljs'))

const ERRORS = { '#DIV/0!': 0x07, '#N/A': 0x2a }
const FIRST = Date.UTC(1899, 11, 30)
const noon = (iso) => new Date(`${iso}T00:00:00Z`)
const serial = (iso) => Math.round((noon(iso).getTime() - FIRST) / 86400000)
const french = (iso) => iso.split('-').reverse().join('/')
const heads = ['N°', 'Objet', 'Statut', 'Commentaires', 'Responsable']

function sheetjsCell ([, , kind, value, format, result], days, iso, epoch) {
  const z = format || undefined
  if (kind === 'jour') {
    if (days === 'textes') return { t: 's', v: french(value) }
    if (days === 'nombres') return { t: 'n', v: serial(value) }
    return iso ? { t: 'd', v: noon(value), z } : { t: 'n', v: serial(value) - epoch, z }
  }
  if (kind === 'formule') return result === null ? { t: 'n', f: value, z } : { t: 'n', f: value, v: result, z }
  if (kind === 'erreur') return { t: 'e', v: ERRORS[value] }
  if (kind === 'vrai') return { t: 'b', v: value }
  return kind === 'nombre' ? { t: 'n', v: value, z } : { t: 's', v: value }
}

function sheetjs (variant, type, iso) {
  const book = XLSX.utils.book_new()
  const { jours = 'vrais', onglet, 1904: old } = variant.options
  if (onglet) XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([heads]), onglet)
  for (const { titre, cases } of variant.onglets) {
    const sheet = {}
    let last = { r: 0, c: 0 }
    for (const cell of cases) {
      sheet[XLSX.utils.encode_cell({ r: cell[0], c: cell[1] })] = sheetjsCell(cell, jours, iso, old && jours === 'vrais' ? 1462 : 0)
      last = { r: Math.max(last.r, cell[0]), c: Math.max(last.c, cell[1]) }
    }
    sheet['!ref'] = XLSX.utils.encode_range({ r: 0, c: 0 }, last)
    XLSX.utils.book_append_sheet(book, sheet, titre)
  }
  if (old) book.Workbook = { WBProps: { date1904: true } }
  return XLSX.write(book, { type: 'buffer', bookType: type, cellDates: iso, bookSST: type === 'xlsm', compression: type !== 'xlsx' })
}

function exceljsValue ([, , kind, value, , result], days) {
  if (kind === 'jour') return days === 'textes' ? french(value) : days === 'nombres' ? serial(value) : noon(value)
  if (kind === 'formule') return result === null ? { formula: value } : { formula: value, result }
  return kind === 'erreur' ? { error: value } : value
}

async function exceljs (variant, streamed, file) {
  const book = streamed ? new ExcelJS.stream.xlsx.WorkbookWriter({ filename: file, useStyles: true, useSharedStrings: false }) : new ExcelJS.Workbook()
  const { jours = 'vrais', onglet, 1904: old } = variant.options
  if (old) book.properties.date1904 = true
  if (onglet) book.addWorksheet(onglet).addRow(heads)
  for (const { titre, cases } of variant.onglets) {
    const sheet = book.addWorksheet(titre)
    for (const cell of cases) {
      const there = sheet.getCell(cell[0] + 1, cell[1] + 1)
      there.value = exceljsValue(cell, jours)
      if (cell[4] && !(cell[2] === 'jour' && jours === 'nombres')) there.numFmt = cell[4]
    }
    if (streamed) sheet.commit()
  }
  return streamed ? book.commit() : book.xlsx.writeFile(file)
}

async function main () {
  const said = {}
  const attempt = async (name, write) => {
    const file = path.join(folder, name)
    try { await write(file); said[name] = '' } catch (fault) { said[name] = String(fault); fs.rmSync(file, { force: true }) }
  }
  for (const variant of JSON.parse(fs.readFileSync(0, 'utf8'))) {
    for (const [kind, type, extension] of [['sheetjs', 'xlsx', 'xlsx'], ['sheetjs', 'xlsm', 'xlsm'], ['sheetjs', 'xlsb', 'xlsb'],
      ['sheetjs', 'biff8', 'xls'], ['sheetjs', 'ods', 'ods']]) {
      await attempt(`${kind}-${variant.nom}.${extension}`, (file) => fs.writeFileSync(file, sheetjs(variant, type, false)))
    }
    await attempt(`sheetjs-dates-${variant.nom}.xlsx`, (file) => fs.writeFileSync(file, sheetjs(variant, 'xlsx', true)))
    await attempt(`exceljs-${variant.nom}.xlsx`, (file) => exceljs(variant, false, file))
    await attempt(`exceljs-flux-${variant.nom}.xlsx`, (file) => exceljs(variant, true, file))
  }
  console.log(JSON.stringify(said))
}

main()

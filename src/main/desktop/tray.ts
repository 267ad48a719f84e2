import { Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, Tray } from 'electron'
import type { TrayAction, TrayModel } from './presentation.ts'
import { drawTrayImage, ringStep } from './tray-image.ts'

/** Pixels of the image at scale 1, as each system expects. */
const SIZE = process.platform === 'linux' ? 22 : 16
const TEMPLATE = process.platform === 'darwin'

/** The icon in the system's tray; a model is shown whole, and only what changed is told to the system. */
export interface TrayIcon {
  show(model: TrayModel): void
  /** Replaces everything by one line, while the app ends. */
  showEnding(text: string): void
  destroy(): void
}

/** @param onAction  called when a menu entry is chosen; a click on the icon itself counts as `show` */
export function createTray(first: TrayModel, onAction: (action: TrayAction) => void): TrayIcon {
  const images = new Map<string, NativeImage>()
  const imageOf = (model: Pick<TrayModel, 'state' | 'progress'>): NativeImage => {
    const progress = ringStep(model.progress)
    const key = `${model.state} ${progress}`
    const image = images.get(key) ?? buildImage({ state: model.state, progress })
    images.set(key, image)
    return image
  }
  const tray = new Tray(imageOf(first))
  let shown: { image?: NativeImage; toolTip?: string; items?: string } = {}
  // On macOS a click opens the menu, as everywhere there.
  if (process.platform !== 'darwin') tray.on('click', () => onAction('show'))

  const tell = (image: NativeImage, toolTip: string, items: string, template: () => MenuItemConstructorOptions[]): void => {
    if (image !== shown.image) tray.setImage(image)
    if (toolTip !== shown.toolTip) tray.setToolTip(toolTip)
    // An open menu closes when it is replaced, so it is left alone while it says the same.
    if (items !== shown.items) tray.setContextMenu(Menu.buildFromTemplate(template()))
    shown = { image, toolTip, items }
  }
  const icon: TrayIcon = {
    show: (model) => tell(imageOf(model), model.toolTip, JSON.stringify(model.items), () => menuTemplate(model, onAction)),
    showEnding: (text) => tell(imageOf({ state: 'idle', progress: -1 }), text, text, () => [{ label: text, enabled: false }]),
    destroy: () => tray.destroy(),
  }
  icon.show(first)
  return icon
}

function menuTemplate(model: TrayModel, onAction: (action: TrayAction) => void): MenuItemConstructorOptions[] {
  return model.items.map((item) => {
    if (item.type === 'separator') return { type: 'separator' }
    if (item.type === 'label') return { label: item.label, enabled: false }
    return { label: item.label, click: () => onAction(item.action) }
  })
}

/** One image with a drawing for plain and one for dense displays. */
function buildImage(look: Pick<TrayModel, 'state' | 'progress'>): NativeImage {
  const image = nativeImage.createEmpty()
  for (const scaleFactor of [1, 2]) {
    const size = SIZE * scaleFactor
    image.addRepresentation({
      scaleFactor,
      width: size,
      height: size,
      buffer: drawTrayImage({ ...look, size, template: TEMPLATE }),
    })
  }
  if (TEMPLATE) image.setTemplateImage(true)
  return image
}

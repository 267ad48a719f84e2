import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton, Input } from '../../components/index.ts'
import { saveSetting } from './save.ts'

/** Folders that projects must lie in. */
export function AllowedRoots({ roots }: { roots: readonly string[] }) {
  const [path, setPath] = useState('')
  const save = (allowedRoots: string[]) =>
    saveSetting('Allowed folders', { allowedRoots }, (before) => ({ allowedRoots: [...before.allowedRoots] }))
  const relative = path.trim() !== '' && !/^(\/|[A-Za-z]:[\\/])/.test(path.trim())
  return (
    <div className="roots">
      {roots.length === 0 ? (
        <p className="faint">Any folder. Add one to allow projects in it only.</p>
      ) : (
        <ul className="roots">
          {roots.map((root) => (
            <li key={root}>
              <span className="mono truncate" title={root}>
                {root}
              </span>
              <IconButton size="s" label={`Remove ${root}`} icon={<X />} onClick={() => save(roots.filter((one) => one !== root))} />
            </li>
          ))}
        </ul>
      )}
      <form
        onSubmit={async (event) => {
          event.preventDefault()
          if (await save([...roots, path.trim()])) setPath('')
        }}
      >
        <Input
          mono
          value={path}
          placeholder="/absolute/path"
          aria-label="Folder to allow"
          aria-invalid={relative || undefined}
          spellCheck={false}
          onChange={(event) => setPath(event.currentTarget.value)}
        />
        <Button type="submit" icon={<Plus />} disabled={!path.trim() || relative || roots.includes(path.trim())}>
          Add
        </Button>
      </form>
      {relative && (
        <p className="field-error" role="alert">
          The path must be absolute.
        </p>
      )}
    </div>
  )
}

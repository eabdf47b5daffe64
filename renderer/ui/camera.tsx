import { Button, Group, Modal, NativeSelect, Stack } from '@mantine/core';
import { IconCamera } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { pictureOf } from './thumbnail.ts';

type Props = { busy: boolean; onPicture: (picture: File) => void };

/** Takes a picture with a camera of this computer: seen first, kept only when the person says so. */
export function CameraButton({ busy, onPicture }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="default"
        size="md"
        disabled={busy}
        leftSection={<IconCamera size={20} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        Take a picture
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title="Take a picture"
        size="xl"
        closeButtonProps={{ 'aria-label': 'Close the camera', size: 'lg' }}
      >
        {open && (
          <Camera
            onPicture={picture => {
              setOpen(false);
              onPicture(picture);
            }}
          />
        )}
      </Modal>
    </>
  );
}

type Still = { file: File; url: string };

function Camera({ onPicture }: Pick<Props, 'onPicture'>) {
  const video = useRef<HTMLVideoElement>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [cameras, setCameras] = useState<readonly MediaDeviceInfo[]>([]);
  const [ready, setReady] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [still, setStill] = useState<Still | null>(null);

  useEffect(() => {
    let stopped = false;
    let stream: MediaStream | null = null;
    setReady(false);
    openCamera(chosen).then(
      async opened => {
        stream = opened;
        if (stopped) return stop(opened);
        if (video.current) video.current.srcObject = opened;
        const all = await navigator.mediaDevices.enumerateDevices();
        if (!stopped) setCameras(all.filter(({ kind }) => kind === 'videoinput'));
      },
      failure => {
        if (!stopped) setTrouble(troubleOf(failure));
      },
    );
    return () => {
      stopped = true;
      if (stream) stop(stream);
    };
  }, [chosen]);
  useEffect(() => () => void (still && URL.revokeObjectURL(still.url)), [still]);

  async function take(): Promise<void> {
    const shown = video.current;
    if (!shown) return;
    const canvas = document.createElement('canvas');
    canvas.width = shown.videoWidth;
    canvas.height = shown.videoHeight;
    canvas.getContext('2d')?.drawImage(shown, 0, 0);
    const blob = await pictureOf(canvas, 0.92);
    if (!blob) return setTrouble('The camera gave no picture. Try again.');
    setStill({ file: new File([blob], 'camera.jpg', { type: blob.type }), url: URL.createObjectURL(blob) });
  }

  if (trouble !== null) return <p role="alert">{trouble}</p>;
  return (
    <Stack gap="sm">
      {cameras.length > 1 && still === null && (
        <NativeSelect
          label="Camera"
          value={chosen ?? ''}
          onChange={event => setChosen(event.currentTarget.value || null)}
          data={[
            { value: '', label: 'The usual one' },
            ...cameras.map(({ deviceId, label }, index) => ({
              value: deviceId,
              label: label || `Camera ${index + 1}`,
            })),
          ]}
        />
      )}
      {/* The live view stays under the still, so that another try needs no new start of the camera. */}
      <div className="camera">
        <video
          ref={video}
          className="camera-layer"
          autoPlay
          muted
          playsInline
          aria-label="What the camera sees"
          onPlaying={() => setReady(true)}
        />
        {still !== null && <img className="camera-layer" src={still.url} alt="What was just taken" />}
      </div>
      {still === null ? (
        <Button size="lg" disabled={!ready} data-autofocus onClick={() => void take()}>
          {ready ? 'Take it' : 'The camera starts …'}
        </Button>
      ) : (
        <Group grow>
          <Button size="lg" variant="default" onClick={() => setStill(null)}>
            Again
          </Button>
          <Button size="lg" autoFocus onClick={() => onPicture(still.file)}>
            Use this picture
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function openCamera(deviceId: string | null): Promise<MediaStream> {
  const size = { width: { ideal: 1920 }, height: { ideal: 1080 } };
  const video = deviceId === null ? { ...size, facingMode: 'environment' } : { ...size, deviceId: { exact: deviceId } };
  return navigator.mediaDevices.getUserMedia({ video, audio: false });
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function troubleOf(failure: unknown): string {
  const name = failure instanceof Error ? failure.name : '';
  if (name === 'NotFoundError' || name === 'OverconstrainedError')
    return 'No camera is plugged in. Plug one in and open this again, or choose a file.';
  if (name === 'NotAllowedError') return 'This computer does not let the bench use its camera. Choose a file instead.';
  return 'The camera does not start; another program may be using it. Close that program, or choose a file.';
}

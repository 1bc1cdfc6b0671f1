curl -sS "$URL" -H 'authorization: Bearer sk-test' -H 'accept: image/*' \
  -F "prompt=$PROMPT" -F strength=0.5 -F "image=@$PICTURE;filename=$FILENAME;type=image/png" -o /dev/null
curl --version | head -1 | cut -d' ' -f1,2

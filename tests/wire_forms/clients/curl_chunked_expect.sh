curl -sS "$URL" -H 'authorization: Bearer sk-test' -H 'accept: image/*' -H 'transfer-encoding: chunked' \
  -H 'expect: 100-continue' -F "prompt=$PROMPT" -F strength=0.5 -F "image=@$PICTURE;filename=$FILENAME;type=image/png" -o /dev/null
curl --version | head -1 | cut -d' ' -f1,2

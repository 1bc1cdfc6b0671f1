curl --location --request POST 'https://goapi.gptnb.ai/sd/v2beta/stable-image/generate/ultra' \
--header 'authorization;' \
--header 'accept;' \
--form 'prompt=""'

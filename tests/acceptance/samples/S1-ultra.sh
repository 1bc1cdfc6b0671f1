curl --location --request POST 'https://api.mjdjourney.cn/sd/v2beta/stable-image/generate/ultra' \
--header 'authorization;' \
--header 'accept;' \
--form 'prompt=""' \
--form 'negative_prompt=""' \
--form 'aspect_ratio="1:1"' \
--form 'seed=""' \
--form 'output_format="png"'
